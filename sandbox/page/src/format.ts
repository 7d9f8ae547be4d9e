const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })

export const atTime = (at: number): string => time.format(at)
export const atSecond = (at: number): string => seconds.format(at)

/** `Thu 26 Nov, 13:40:22` */
export const clockFace = (at: number): string => `${day.format(at).replace(',', '')}, ${seconds.format(at)}`

/** `Today 10:12`, `Yesterday 10:12`, `Mon 16 Nov, 10:12` */
export function onDay(at: number, now: number): string {
  const start = new Date(now).setHours(0, 0, 0, 0)
  if (at >= start) return `Today ${time.format(at)}`
  if (at >= start - 86_400_000) return `Yesterday ${time.format(at)}`
  return `${day.format(at).replace(',', '')}, ${time.format(at)}`
}

/** `2 h 10 min`, `3 days` */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  return `${Math.round(hours / 24)} days`
}

export const minutesAndSeconds = (total: number): string =>
  `${Math.floor(total / 60)}:${String(Math.round(total % 60)).padStart(2, '0')}`

export const platformName = (platform: 'page' | 'instagram'): string =>
  platform === 'page' ? 'Messenger' : 'Instagram'
