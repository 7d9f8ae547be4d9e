const tokens = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g
/** Where a number may begin; inside a text it may match too, which only costs the careful way. */
const longInteger = /[[:,\s]-?\d{16}/

/**
 * JSON.parse that keeps long integers as text: Meta's ids pass 2^53 and older payloads write them as numbers.
 * @throws SyntaxError as JSON.parse does
 */
export function parseLossless(text: string): unknown {
  if (!longInteger.test(text)) return JSON.parse(text)
  return JSON.parse(text.replace(tokens, (token) => (token.startsWith('"') ? token : `"${token}"`)))
}
