import { useCallback, useMemo } from 'react'
import { useLocation, useNavigate, useSearchParams } from 'react-router'

/** Filters that stand in the address: reload, back and links keep them. An empty one is not there. */
export function useFilters<Name extends string>(names: readonly Name[]) {
  const [search] = useSearchParams()
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const query = search.toString()
  const list = names.join(' ')
  const values = useMemo(() => {
    const given = new URLSearchParams(query)
    return Object.fromEntries(list.split(' ').map((name) => [name, given.get(name) ?? ''])) as Record<Name, string>
  }, [query, list])
  const hrefTo = useCallback(
    (part: Partial<Record<string, string | null>>, path = pathname) => {
      const next = new URLSearchParams(query)
      for (const [name, value] of Object.entries(part)) {
        if (value) next.set(name, value)
        else next.delete(name)
      }
      return next.size > 0 ? `${path}?${next}` : path
    },
    [query, pathname],
  )
  const set = useCallback(
    (part: Partial<Record<Name, string | null>>) => void navigate(hrefTo(part), { replace: true }),
    [hrefTo, navigate],
  )
  const narrowed = Object.values(values).filter(Boolean).length
  return { values, narrowed, hrefTo, set }
}
