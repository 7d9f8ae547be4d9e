import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { ApiToken } from '../../shared/account.ts'
import { permissions } from '../../shared/permissions.ts'
import { call } from '../api.ts'
import { Column, Screen } from '../app/area.tsx'
import { useNow } from '../app/now.ts'
import { byCursor, usePages } from '../app/pages.ts'
import { queryClient } from '../app/query-client.ts'
import { attempt } from '../app/refusal.ts'
import { text } from '../text.ts'
import { Button } from '../ui/button.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Settings } from '../ui/settings.tsx'
import { say } from '../ui/toast.tsx'
import { NewApiToken } from './new-api-token.tsx'
import { accountText } from './text.ts'

const words = accountText.tokens

const tokensQuery = infiniteQueryOptions({
  queryKey: ['me', 'tokens'] as const,
  queryFn: async ({ pageParam, signal }) =>
    (await call('GET /me/api-tokens', { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }, signal }))
      .answer,
  ...byCursor,
  staleTime: 0,
})

export default function ApiTokens() {
  const { rows, error, isPending, more, refetch } = usePages(useInfiniteQuery(tokensQuery))
  const [making, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  return (
    <Screen
      title={words.title}
      end={
        <Button look="primary" className="max-md:h-11" onClick={() => setMaking(true)}>
          <Icon of={Plus} />
          {words.make}
        </Button>
      }
    >
      <Column>
        <Settings
          lead={
            <>
              {words.lead}{' '}
              <a className="link" href="/api/docs">
                {words.docs}
              </a>
            </>
          }
        >
          {error && rows.length === 0 ? (
            <p>
              {words.failed}{' '}
              <button type="button" className="link" onClick={refetch}>
                {text.retry}
              </button>
            </p>
          ) : !isPending && rows.length === 0 ? (
            <p className="text-text-muted">{words.none}</p>
          ) : (
            <ul className="divide-y divide-border border-border border-y">
              {rows.map((token) => (
                <Token key={token.id} token={token} onRevoke={() => setRevoking(token)} />
              ))}
            </ul>
          )}
          {more.has && (
            <Button className="mt-3" onClick={more.fetch} disabled={more.loading}>
              {text.showMore}
            </Button>
          )}
        </Settings>
      </Column>
      {making && <NewApiToken onClose={() => setMaking(false)} />}
      {revoking && <Revoke token={revoking} onClose={() => setRevoking(null)} />}
    </Screen>
  )
}

function Token({ token, onRevoke }: { token: ApiToken; onRevoke: () => void }) {
  const now = useNow(15_000)
  const over = Date.parse(token.expiresAt) <= now
  return (
    <li className="flex items-start gap-4 py-3">
      <div className="min-w-0 flex-1">
        <div className="truncate font-medium">
          <bdi>{token.name}</bdi>
        </div>
        <div className="text-text-muted text-xs">
          {token.permissions.map((code) => permissions[code][0]).join(', ')}
        </div>
        <div className="text-text-faint text-xs">
          <span className={over ? 'text-danger-text' : ''}>
            {over ? words.expired(token.expiresAt) : words.until(token.expiresAt)}
          </span>
          {', '}
          {token.lastUsedAt ? words.used(token.lastUsedAt, now) : words.never}
        </div>
      </div>
      <Button size="sm" className="max-md:h-11" onClick={onRevoke}>
        {words.revoke}
      </Button>
    </li>
  )
}

function Revoke({ token, onClose }: { token: ApiToken; onClose: () => void }) {
  const revoke = () =>
    attempt(async () => {
      await call('DELETE /me/api-tokens/:id', { id: token.id })
      await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
      say(words.revoked)
      onClose()
    })
  return (
    <FormDialog
      title={words.revokeTitle(token.name)}
      lead={words.revokeLead}
      submit={words.revoke}
      cancel={words.keep}
      danger
      onSubmit={revoke}
      onClose={onClose}
    />
  )
}
