import { QueryClient } from '@tanstack/react-query'
import { isTemporary } from '../api.ts'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The live stream keeps what is on screen true; it also says when everything has to be fetched again.
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      networkMode: 'always',
      retry: (failures, error) => failures < 2 && isTemporary(error),
      retryDelay: (failures) => 500 * 2 ** failures,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
