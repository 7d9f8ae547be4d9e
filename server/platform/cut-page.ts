import type { Page } from '../../shared/common.ts'

/** A page of a list that is small enough to be read whole. The cursor is the last id of the page before. */
export function cutPage<T extends { id: string }>(
  items: readonly T[],
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Page<T> {
  const start = cursor ? items.findIndex((item) => item.id === cursor) + 1 : 0
  const page = items.slice(start, start + limit)
  return { items: page, next: start + limit < items.length ? (page.at(-1)?.id ?? null) : null }
}
