import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useMatch } from 'react-router'
import type { Change } from '../../shared/events.ts'
import { useMe } from '../auth/session.ts'
import { myOutbox } from '../messages/my-outbox.ts'
import { isOurs } from '../messages/timeline.ts'
import { type Connection, connectLive } from '../realtime.ts'
import { chime } from './chime.ts'
import { followLive } from './live-cache.ts'
import { getPreferences } from './preferences.ts'
import { signedOut } from './signed-out.ts'

const ConnectionContext = createContext<Connection>({ state: 'connecting' })
export const useConnection = () => use(ConnectionContext)

const countsAtMostEvery = 1_500

/** The live connection of whoever is signed in, and what follows from each change. */
export function Live({ children }: { children: ReactNode }) {
  const me = useMe()
  const client = useQueryClient()
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const open = useMatch('/inbox/:view/:chatId')?.params.chatId ?? null
  const openId = useRef(open)
  useEffect(() => {
    openId.current = open
  }, [open])

  const follow = useEffectEvent((change: Change) => {
    if (change.type === 'me.updated') void client.invalidateQueries({ queryKey: ['me'] })
    if (change.type === 'channels.updated') void client.invalidateQueries({ queryKey: ['channels'] })
    if (change.type !== 'message.created' || isOurs(change.message.sender)) return
    const mine = change.chat.assignedTo === me.id
    const looking = change.chat.id === open && document.visibilityState === 'visible'
    if (mine && !looking && getPreferences().sound) chime()
  })

  useEffect(() => {
    const outbox = myOutbox(me.id)
    const cache = followLive(client, me.id, () => openId.current)
    let counting: ReturnType<typeof setTimeout> | undefined
    let started = false
    const recount = () => {
      counting ??= setTimeout(() => {
        counting = undefined
        void client.invalidateQueries({ queryKey: ['counts'] })
      }, countsAtMostEvery)
    }
    const disconnect = connectLive({
      onChange(seq, change) {
        cache.take(seq, change)
        follow(change)
        recount()
      },
      onReady(seq) {
        if (!started) cache.refetchOlderThan(seq)
        started = true
        outbox.flush()
      },
      onResync() {
        started = true
        void client.invalidateQueries()
        outbox.flush()
      },
      onConnection: setConnection,
      onSignedOut: () => void signedOut(),
    })
    return () => {
      disconnect()
      cache.unsubscribe()
      clearTimeout(counting)
    }
  }, [client, me.id])

  return <ConnectionContext value={connection}>{children}</ConnectionContext>
}
