/** What colleagues are called in short: the first word of the name. */
export const firstName = (name: string) => name.trim().split(/\s+/)[0] ?? name
