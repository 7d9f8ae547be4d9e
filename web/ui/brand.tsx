import { text } from '../text.ts'

/** The mark: a speech bubble whose tail is a feather. `--brand-cut` is the background behind it. */
export function Brand({ size = 24 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      role="img"
      aria-label={text.product}
      className="block text-accent"
    >
      <path
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        d="M11.4 17.2h4.8A5.8 5.8 0 0 0 22 11.4V8.3a5.8 5.8 0 0 0-5.8-5.8H8.8A5.8 5.8 0 0 0 3 8.3v2.9"
      />
      <path fill="currentColor" d="M1 23.2c-.2-6 3-11.4 11.6-14.2 1 7.2-3.2 12.9-9.5 13z" />
      <path
        className="brand-cut"
        fill="none"
        strokeWidth="1.1"
        strokeLinecap="round"
        d="M3 20.6c1.500-3.200 3.500-5.700 6.300-7.900M9.200 19.600 6.800 17.700M11.500 16.300 9 15.100"
      />
    </svg>
  )
}
