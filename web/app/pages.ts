import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { More } from '../ui/data-table.tsx'

interface Part {
  items: unknown[]
  next: string | null
}

/** The next page of a list is asked for by the cursor the last one ended with. */
export const byCursor = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { next: string | null }) => page.next,
}

/** A list that comes in pages, as one. */
export function usePages<Page extends Part>({
  data,
  error,
  isPending,
  hasNextPage,
  isFetchingNextPage,
  isFetchNextPageError,
  fetchNextPage,
  refetch,
}: UseInfiniteQueryResult<InfiniteData<Page, unknown>, Error>) {
  const rows = useMemo((): Page['items'] => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const more: More = {
    has: hasNextPage,
    loading: isFetchingNextPage,
    failed: isFetchNextPageError,
    fetch: () => void fetchNextPage(),
  }
  return { rows, first: data?.pages[0], error, isPending, more, refetch: () => void refetch() }
}
