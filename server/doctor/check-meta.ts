import type { Config } from '../config.ts'
import type { Graph } from '../meta/graph.ts'
import type { Sealer } from '../platform/crypto/seal.ts'
import type { Database } from '../platform/db/open.ts'
import { type Finding, fault, ok, reasonOf, warn } from './finding.ts'
import { type StoredChannel, storedChannels } from './queries.ts'

const patience = 5000

/** The sandbox or the real Meta, and the address Meta calls. */
export async function checkMeta(config: Config): Promise<Finding[]> {
  if (config.sandbox) return [await checkSandbox(config)]
  const secure = new URL(config.publicUrl).protocol === 'https:'
  const hosts = [config.meta.graphUrl, config.meta.instagramGraphUrl]
  return [
    ok('Sandbox', 'off: this is the real Meta'),
    secure
      ? ok('Public address', config.publicUrl)
      : fault(
          'Public address',
          `${config.publicUrl} is not https`,
          'Meta calls https only: set PUBLIC_URL to the address of your proxy',
        ),
    ...(await Promise.all(hosts.map(checkHost))),
  ]
}

async function checkSandbox(config: Config): Promise<Finding> {
  const url = `http://127.0.0.1:${config.sandboxPort}`
  const runs = await answers(`${url}/_sandbox/api/state`).then(
    (status) => status === 200,
    () => false,
  )
  const says = runs ? `on, and running at ${url}` : 'on, and not running now'
  return warn(
    'Sandbox',
    `${says}: nothing here is real`,
    'set the META_ variables to connect a real app (docs/meta-setup.md)',
  )
}

/** Any answer will do: without a token Meta refuses, and that shows that the way is open. */
async function checkHost(url: string): Promise<Finding> {
  try {
    return ok('Graph', `${url} answers (${await answers(url)})`)
  } catch (error) {
    const cause = (error as { cause?: unknown }).cause ?? error
    return fault(
      'Graph',
      `${url} cannot be reached (${reasonOf(cause)})`,
      'let this machine call it: DNS, firewall, proxy',
    )
  }
}

async function answers(url: string): Promise<number> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'manual' })
  await answer.body?.cancel()
  return answer.status
}

/** Each page and account: whether it is active, and whether Meta still takes its token. */
export async function checkChannels(
  db: Database,
  { config, graph, sealer }: { config: Config; graph: Graph; sealer: Sealer | null },
): Promise<Finding[]> {
  const channels = await storedChannels(db.q)
  if (channels.length === 0)
    return [warn('Channels', 'none is connected', 'ticklegram channel:add (docs/meta-setup.md)')]
  const findings: Finding[] = []
  for (const channel of channels) findings.push(await checkChannel(channel, { config, graph, sealer }))
  return findings
}

const again = 'make a new token and connect it again: ticklegram channel:add'

async function checkChannel(
  channel: StoredChannel,
  { config, graph, sealer }: { config: Config; graph: Graph; sealer: Sealer | null },
): Promise<Finding> {
  const of = `${channel.platform === 'FACEBOOK' ? 'Page' : 'Instagram account'} ${channel.name ?? ''} (${channel.page_id})`
  if (!channel.isActive)
    return warn(of, 'is switched off: its messages are kept, nobody is given them', 'switch it on again')
  if (config.sandbox) return ok(of, `connected; its token is ${channel.token_state}`)
  const token = sealer ? open(channel, sealer) : null
  if (token === null) return fault(of, 'its token cannot be opened', 'put the encryption key back, or connect it again')
  const { platform, page_id: pageId, flavour } = channel
  const answer = await graph.verifyChannel({ platform, pageId, token, flavour })
  if (answer.ok) {
    return channel.token_state === 'valid'
      ? ok(of, 'Meta takes its token')
      : warn(of, 'Meta takes its token, though it refused it before', again)
  }
  if (answer.outcome === 'unknown' || answer.reason === 'unreachable' || answer.reason === 'rate_limited') {
    return warn(of, `could not be asked about: ${answer.text}`, 'run the doctor again later')
  }
  return fault(of, `Meta refuses its token: ${answer.text}`, again)
}

function open(channel: StoredChannel, sealer: Sealer): string | null {
  try {
    return sealer.open(channel.access_token, { table: channel.table, column: 'access_token', rowId: channel.id })
  } catch {
    return null
  }
}
