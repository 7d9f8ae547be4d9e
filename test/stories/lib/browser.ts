import { type Browser, chromium } from 'playwright-core'

let running: Promise<Browser> | null = null

/** One Chromium for the stories of a file; every person gets a profile of their own in it. */
export function openBrowser(): Promise<Browser> {
  running ??= chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return running
}

export async function closeBrowser(): Promise<void> {
  const browser = await running
  running = null
  await browser?.close()
}
