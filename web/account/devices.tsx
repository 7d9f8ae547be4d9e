import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { OwnSession } from '../../shared/team.ts'
import { call } from '../api.ts'
import { Column, Screen } from '../app/area.tsx'
import { useNow } from '../app/now.ts'
import { queryClient } from '../app/query-client.ts'
import { attempt } from '../app/refusal.ts'
import { text } from '../text.ts'
import { Tag } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Settings } from '../ui/settings.tsx'
import { say, sayFailure } from '../ui/toast.tsx'
import { browserOf } from './browser-name.ts'
import { accountText } from './text.ts'

const words = accountText.devices

const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'] as const,
  queryFn: async ({ signal }) => (await call('GET /me/sessions', { signal })).answer.items,
  staleTime: 0,
})

export default function Devices() {
  const { data, error, refetch } = useQuery(sessionsQuery)
  const [busy, setBusy] = useState(false)
  const end = async (run: () => Promise<unknown>, done: string) => {
    setBusy(true)
    const failed = await attempt(run)
    await queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey })
    setBusy(false)
    if (failed) sayFailure(failed)
    else say(done)
  }
  const others = data?.some((session) => !session.isThisOne) ?? false
  return (
    <Screen title={accountText.screens.devices}>
      <Column>
        <Settings lead={words.lead}>
          {error && !data && (
            <p>
              {words.failed}{' '}
              <button type="button" className="link" onClick={() => void refetch()}>
                {text.retry}
              </button>
            </p>
          )}
          {data && (
            <ul className="divide-y divide-border border-border border-y">
              {data.map((session) => (
                <Device
                  key={session.id}
                  session={session}
                  busy={busy}
                  onEnd={() => void end(() => call('DELETE /me/sessions/:id', { id: session.id }), words.signedOut)}
                />
              ))}
            </ul>
          )}
          {others && (
            <Button
              className="mt-4 max-md:h-11"
              disabled={busy}
              onClick={() => void end(() => call('DELETE /me/sessions', {}), words.othersOut)}
            >
              {words.allOthers}
            </Button>
          )}
          {data && !others && <p className="mt-3 text-text-muted text-xs">{words.only}</p>}
        </Settings>
      </Column>
    </Screen>
  )
}

function Device({ session, busy, onEnd }: { session: OwnSession; busy: boolean; onEnd: () => void }) {
  const now = useNow(15_000)
  const { browser, system } = browserOf(session.userAgent ?? '')
  const name = browser && system ? words.on(browser, system) : (browser ?? system ?? session.userAgent ?? words.unknown)
  return (
    <li className="flex items-center gap-4 py-3">
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <span className="truncate" title={session.userAgent ?? undefined}>
            {name}
          </span>
          {session.isThisOne && <Tag>{words.thisOne}</Tag>}
        </div>
        <div className="text-text-muted text-xs">
          {[session.ip, words.seen(session.lastSeenAt, now), words.since(session.createdAt)].filter(Boolean).join(', ')}
        </div>
      </div>
      {!session.isThisOne && (
        <Button
          size="sm"
          className="max-md:h-11"
          disabled={busy}
          aria-label={`${words.signOut}: ${name}`}
          onClick={onEnd}
        >
          {words.signOut}
        </Button>
      )}
    </li>
  )
}
