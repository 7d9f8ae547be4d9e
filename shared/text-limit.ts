/** Text limits as Meta counts: characters on Messenger, UTF-8 bytes on Instagram (meta-platform 3.2, 3.3). */
export const textLimit = {
  FACEBOOK: { max: 2000, unit: 'characters' },
  INSTAGRAM: { max: 1000, unit: 'bytes' },
} as const

/** The length of a text in the platform's own unit. */
export function textLength(text: string, on: keyof typeof textLimit): number {
  return textLimit[on].unit === 'bytes' ? new TextEncoder().encode(text).length : [...text].length
}
