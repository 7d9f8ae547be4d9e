import { useQuery } from '@tanstack/react-query'
import { CircleAlert, Inbox, ListFilter, LockKeyhole, Search, Unplug, UserRoundX } from 'lucide-react'
import type { ChatCounts } from '../../shared/chat.ts'
import { useNow } from '../app/now.ts'
import { queryClient } from '../app/query-client.ts'
import { useAvailability } from '../auth/availability.ts'
import { may, seesShared, useMe } from '../auth/session.ts'
import { text } from '../text.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import type { Address } from './address.ts'
import { type Channel, ledgerQuery } from './chat-queries.ts'

const words = text.empty

interface Props {
  address: Address
  counts: ChatCounts | undefined
  channels: Channel[] | undefined
}

/** Why the list is empty, from the narrowest reason to the widest, and what to do about it. */
export function NoChats({ address, counts, channels }: Props) {
  const me = useMe()
  const availability = useAvailability()
  const { filter, go } = address
  if (filter.q) {
    return (
      <EmptyState
        icon={Search}
        title={words.searchTitle(filter.q)}
        action={{ label: words.clearSearch, run: () => go({ q: '' }) }}
      >
        {words.searchBody}
      </EmptyState>
    )
  }
  if (channels?.length === 0) return <NoChannel />
  const filters = filterNames(address, channels)
  if (filters.length > 0) {
    const clear = () => go({ page: '', platform: undefined, unread: undefined })
    return (
      <EmptyState
        icon={ListFilter}
        title={words.filterTitle(filters.length)}
        action={{ label: text.list.clear, run: clear }}
      >
        {words.filterBody(filters, counts?.views[filter.view] ?? null)}
      </EmptyState>
    )
  }
  if (filter.view === 'mine' || (filter.view === 'all' && !seesShared(me))) {
    const action = me.canReceiveNewChats
      ? filter.view === 'mine' && seesShared(me)
        ? { label: words.mineAction, run: () => go({ view: 'waiting' }) }
        : undefined
      : { label: words.become, run: () => availability.mutate(true) }
    return (
      <EmptyState
        icon={me.canReceiveNewChats ? LockKeyhole : UserRoundX}
        title={seesShared(me) ? words.mineTitle : words.assignedOnlyTitle}
        {...(action ? { action } : {})}
      >
        {me.canReceiveNewChats ? (seesShared(me) ? words.mineAvailable : words.assignedOnly) : words.mineAway}
      </EmptyState>
    )
  }
  if (filter.view === 'all') return may(me, 'developer:view') ? <SilentWebhook /> : <Plain address={address} />
  return <Plain address={address} />
}

function Plain({ address: { filter, go } }: Pick<Props, 'address'>) {
  const action =
    filter.view === 'all'
      ? { label: words.checkAgain, run: refetchChats }
      : { label: words.showAll, run: () => go({ view: 'all' }) }
  return (
    <EmptyState icon={Inbox} title={words.viewTitle[filter.view]} action={action}>
      {words.viewBody[filter.view]}
    </EmptyState>
  )
}

function NoChannel() {
  const me = useMe()
  const check = () => void queryClient.invalidateQueries({ queryKey: ['channels'] })
  return (
    <EmptyState icon={Unplug} title={words.noPageTitle} action={{ label: words.checkAgain, run: check }}>
      {words.noPage} {may(me, 'integration:manage') ? words.noPageOperator : words.noPageAgent}
    </EmptyState>
  )
}

/** Whoever may look at deliveries learns whether Meta is silent or simply nobody wrote. */
function SilentWebhook() {
  const { data } = useQuery(ledgerQuery)
  const now = useNow(15_000)
  const title = data?.lastReceivedAt ? words.silentTitle(data.lastReceivedAt, now) : words.neverTitle
  return (
    <EmptyState icon={CircleAlert} warn title={title} action={{ label: words.checkAgain, run: refetchChats }}>
      {words.silent}
    </EmptyState>
  )
}

const refetchChats = () => {
  void queryClient.invalidateQueries({ queryKey: ['chats'] })
  void queryClient.invalidateQueries({ queryKey: ['webhook-ledger'] })
}

function filterNames({ filter }: Address, channels: Channel[] | undefined): string[] {
  const names: string[] = []
  if (filter.unread) names.push(text.list.unread)
  if (filter.platform) names.push(text.platform[filter.platform])
  if (filter.page) names.push(channels?.find((channel) => channel.id === filter.page)?.name ?? filter.page)
  return names
}
