import { parseArgs } from 'node:util'
import { startSandbox } from './main.ts'
import { optionsFromEnv } from './settings.ts'

const HELP = `A pretend Meta on this machine: Graph endpoints, signed webhooks and a page to play the customer.
Nothing in it is real, and no message leaves this machine.

Usage: sandbox [--help]

Settings come from the environment:
  SANDBOX_PORT          3001; 0 takes any free port
  SANDBOX_HOST          127.0.0.1
  SANDBOX_DATA          ./data/sandbox, the folder of its state; empty keeps everything in memory
  SANDBOX_WEBHOOK_URL   http://127.0.0.1:3000/webhooks/meta
  SANDBOX_INBOX_URL     http://127.0.0.1:3000/, where "Open the inbox" leads
  SANDBOX_PUBLIC_URL    the address clients reach this sandbox at, if not its own
  META_APP_ID           987650001112223
  META_APP_SECRET       signs the webhooks; made once and kept when absent
  META_VERIFY_TOKEN     for the handshake; made once and kept when absent
`

async function run(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const options = optionsFromEnv(process.env)
  const sandbox = await startSandbox(options)
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  if (process.send) {
    process.on('disconnect', stop)
    process.send({ type: 'ready', url: sandbox.url })
    return
  }
  process.stdout.write(
    `Sandbox at ${sandbox.url} (a pretend Meta: nothing in it is real, no message leaves this machine)\n`,
  )
  if (!options.appSecret) {
    process.stdout.write(
      [
        'A client of it needs these settings:',
        `  META_APP_ID=${sandbox.client.appId}`,
        `  META_APP_SECRET=${sandbox.client.appSecret}`,
        `  META_VERIFY_TOKEN=${sandbox.client.verifyToken}`,
        `  META_GRAPH_URL=${sandbox.client.graphUrl}`,
        `  META_INSTAGRAM_GRAPH_URL=${sandbox.client.instagramGraphUrl}\n`,
      ].join('\n'),
    )
  }
}

run().catch((error: NodeJS.ErrnoException) => {
  const hint = error.code === 'EADDRINUSE' ? 'That port is taken; choose another with SANDBOX_PORT. ' : ''
  process.stderr.write(`The sandbox did not start. ${hint}${error.message}\n`)
  process.exit(1)
})
