import { newSecret, type Settings } from '../settings.ts'
import { addHistory } from './history.ts'
import { tokenFor } from './ids.ts'
import { type Account, defaultSwitches, MESSAGING_FIELDS, type State } from './model.ts'

export const PAGE_ID = '104455566677788'
export const INSTAGRAM_ID = '17841499900011122'

const SEED = 'nordlys'

/** A fresh world: a furniture shop's page and Instagram account, its customers and their last week. */
export function createWorld(
  settings: Settings,
  kept: Pick<State['app'], 'secret' | 'verifyToken'> | null,
  now: number,
): State {
  const secret = settings.appSecret ?? kept?.secret ?? newSecret()
  const verifyToken = settings.verifyToken ?? kept?.verifyToken ?? newSecret(9)
  const account = (
    fields: Pick<Account, 'platform' | 'id' | 'name' | 'username' | 'linkedId' | 'appScopedId'>,
  ): Account => ({
    ...fields,
    token: tokenFor(secret, fields.platform, fields.id),
    subscribedFields: [...MESSAGING_FIELDS[fields.platform]],
    messageAccess: true,
    tokenExpired: false,
  })
  const state: State = {
    version: 1,
    seed: SEED,
    serial: 0,
    clockOffsetMs: 0,
    app: { id: settings.appId, name: 'Inbox (sandbox)', secret, verifyToken },
    userToken: tokenFor(secret, 'user', settings.appId),
    accounts: [
      account({
        platform: 'page',
        id: PAGE_ID,
        name: 'Nordlys Interiors',
        username: 'nordlysinteriors',
        linkedId: INSTAGRAM_ID,
        appScopedId: null,
      }),
      account({
        platform: 'instagram',
        id: INSTAGRAM_ID,
        name: 'Nordlys Interiors',
        username: 'nordlys.interiors',
        linkedId: PAGE_ID,
        appScopedId: '24511200033344455',
      }),
    ],
    people: [],
    threads: [],
    faults: [],
    switches: defaultSwitches(),
    sends: [],
    uploads: {},
    queue: [],
    delivered: 0,
  }
  if (settings.world === 'nordlys') addHistory(state, now)
  return state
}
