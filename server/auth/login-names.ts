/**
 * The forms in which sign-in names are stored and looked up. One place, so that what was written is what is found.
 */

export const normalEmail = (email: string) => email.trim().toLowerCase()

/** A contact number as `+` and digits, or null when the text is none. `00` in front means `+`. */
export function normalContactNumber(text: string): string | null {
  const compact = text.trim().replace(/[\s().-]/g, '')
  if (!/^\+?\d{5,15}$/.test(compact)) return null
  return compact.startsWith('+') ? compact : `+${compact.replace(/^00/, '')}`
}

export const normalEmpId = (empId: string) => empId.trim()
