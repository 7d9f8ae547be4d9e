import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { startSandbox } from './main.ts'

const srv = createServer((q, r) => {
  q.resume()
  q.on('end', () => r.end())
})
await new Promise<void>((r) => srv.listen(0, r))
const s = await startSandbox({
  port: 0,
  dataDir: null,
  webhookUrl: `http://127.0.0.1:${(srv.address() as any).port}/webhooks/meta`,
})
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const only = process.argv[2]
for (const [w, h] of [
  [1440, 900],
  [1024, 768],
  [390, 844],
] as const)
  for (const theme of ['light', 'dark']) {
    if (only && only !== `${w}${theme}`) continue
    const p = await b.newPage({ viewport: { width: w, height: h } })
    p.on('console', (m) => {
      if (m.type() === 'error') console.log(w, m.text())
    })
    p.on('pageerror', (e) => console.log(w, e.message))
    await p.goto(s.url + '/#' + theme)
    await p.waitForSelector('.bubble')
    await p.waitForTimeout(700)
    await p.screenshot({ path: `/tmp/look-${w}-${theme}.png` })
    if (w === 390) {
      for (const pane of ['People', 'World']) {
        await p.click(`nav.panes >> text=${pane}`)
        await p.waitForTimeout(200)
        await p.screenshot({ path: `/tmp/look-${w}-${theme}-${pane}.png` })
      }
    }
    await p.close()
  }
await b.close()
await s.close()
srv.close()
srv.closeAllConnections()
