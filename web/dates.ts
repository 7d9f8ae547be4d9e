/** English words with the viewer's own habits for English dates, or the international ones. */
const locale = globalThis.navigator?.languages?.find((language) => language.startsWith('en-')) ?? 'en-GB'

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options)
const clockFormat = format({ hour: '2-digit', minute: '2-digit' })
const weekdayFormat = format({ weekday: 'short' })
const longWeekdayFormat = format({ weekday: 'long' })
const dayFormat = format({ day: 'numeric', month: 'short' })
const yearFormat = format({ day: 'numeric', month: 'short', year: 'numeric' })
const dateFormat = format({ day: 'numeric', month: 'long', year: 'numeric' })
const fullFormat = format({ dateStyle: 'full', timeStyle: 'short' })
const numberFormat = new Intl.NumberFormat(locale)

const minute = 60_000
const hour = 60 * minute
export const day = 24 * hour

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0)
/** Calendar days between two instants in the viewer's zone; a day of 23 or 25 hours still counts as one. */
export const daysApart = (from: number, to: number) => Math.round((startOfDay(to) - startOfDay(from)) / day)

export const number = (value: number) => numberFormat.format(value)
export const clock = (at: string | number) => clockFormat.format(new Date(at))
export const fullDate = (at: string | number) => fullFormat.format(new Date(at))
export const date = (at: string | number) => dateFormat.format(new Date(at))

const calendarDay = (at: number, now: number) =>
  (new Date(at).getFullYear() === new Date(now).getFullYear() ? dayFormat : yearFormat).format(at)

/** How long ago, as short as a list row has room for: `now`, `4 min`, `3 h`, `Tue`, `2 Nov`. */
export function age(at: string, now: number): string {
  const then = Date.parse(at)
  const gone = now - then
  if (gone < minute) return 'now'
  if (gone < hour) return `${Math.floor(gone / minute)} min`
  if (gone < day) return `${Math.floor(gone / hour)} h`
  return daysApart(then, now) < 7 ? weekdayFormat.format(then) : calendarDay(then, now)
}

/** A day as a divider in a thread: `Today`, `Yesterday`, `Tuesday`, `Tuesday 3 Nov`. */
export function dayName(at: number, now: number): string {
  const apart = daysApart(at, now)
  if (apart === 0) return 'Today'
  if (apart === 1) return 'Yesterday'
  const weekday = longWeekdayFormat.format(at)
  return apart < 7 && apart > 0 ? weekday : `${weekday} ${calendarDay(at, now)}`
}

/** A point in time with as much of the day as is needed: `10:04`, `Wed 15:48`, `3 Nov 09:00`. */
export function moment(at: string | number, now: number): string {
  const then = new Date(at).getTime()
  const apart = Math.abs(daysApart(then, now))
  if (apart === 0) return clock(then)
  return `${apart < 7 ? weekdayFormat.format(then) : calendarDay(then, now)} ${clock(then)}`
}

/** A day and month, with the year when it is not this one. */
export const shortDay = (at: string | number, now: number) => calendarDay(new Date(at).getTime(), now)

/** A span of time, as exact as it still matters: `3 days`, `21 h`, `2 h 40 m`, `24 min`, `45 s`. */
export function span(milliseconds: number): string {
  if (milliseconds >= 2 * day) return `${Math.floor(milliseconds / day)} days`
  if (milliseconds >= 10 * hour) return `${Math.floor(milliseconds / hour)} h`
  if (milliseconds >= hour) {
    const minutes = Math.floor((milliseconds % hour) / minute)
    return `${Math.floor(milliseconds / hour)} h${minutes ? ` ${minutes} m` : ''}`
  }
  if (milliseconds >= minute) return `${Math.floor(milliseconds / minute)} min`
  return `${Math.max(0, Math.ceil(milliseconds / 1000))} s`
}
