/** Letters and digits that nobody mistakes for each other, said over the phone or not. */
const signs = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A password to tell somebody: three groups of five, about 74 bits. */
export function suggestPassword(): string {
  // Bytes from the last, incomplete round of the alphabet would make its first letters likelier.
  const fair = 256 - (256 % signs.length)
  let password = ''
  while (password.length < 15) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1))
    if (byte < fair) password += signs[byte % signs.length]
  }
  return password.match(/.{5}/g)?.join('-') ?? password
}
