import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/**
 * The forms in which sign-in names are stored and looked up. One place, so that what was written is what is found.
 */

export const normalEmail = (email: string) => email.trim().toLowerCase()

/** Characters people put between digits, digits of other scripts, and the invisible marks that pasting brings along. */
const looksLikeANumber = /^[\p{Cf}\p{Nd}\s+＋().\-–/]+$/u

/**
 * A contact number in E.164 (`+4791234567`), or null when the text is none. `00` in front means `+`.
 * @param country where a number without its country is from, as two letters of ISO 3166; without one, the digits are
 * taken to begin with the country
 */
export function normalContactNumber(text: string, country?: string | null): string | null {
  if (text.length > 100 || !looksLikeANumber.test(text)) return null
  const compact = text.trim().replace(/^[\s(]*00(?=[\s\-)]*[1-9])/, '+')
  const region = regionOf(country)
  const parsed = parsePhoneNumberFromString(compact, region ? { defaultCountry: region } : {})
  if (parsed?.isPossible()) return parsed.number
  if (region || compact.startsWith('+')) return null
  const international = parsePhoneNumberFromString(`+${compact}`)
  return international?.isPossible() ? international.number : null
}

function regionOf(country: string | null | undefined): CountryCode | null {
  const code = country?.trim().toUpperCase() ?? ''
  return isSupportedCountry(code) ? code : null
}

export const normalEmpId = (empId: string) => empId.trim()
