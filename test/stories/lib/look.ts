import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../screens')
const heights = { 1440: 900, 1024: 768, 390: 844 } as const
const themes = ['light', 'dark'] as const

/** What everybody had before their eyes when a story failed. */
export async function photograph(visitors: { name: string; page: Page }[], story: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const title = story.replaceAll(/[^\p{L}\d]+/gu, '-').slice(0, 60)
  for (const [i, { name, page }] of visitors.entries()) {
    if (page.isClosed()) continue
    const path = join(folder, `failed-${title}-${i + 1}-${name.replaceAll(' ', '-')}.png`)
    await page.screenshot({ path }).catch(() => {})
  }
}

export type Width = keyof typeof heights

export interface LookOptions {
  widths?: Width[]
  /** What is new on the screen, when the rest was looked at before: only this is held against the rules. */
  within?: string
}

/**
 * Pictures of what is on the screen, at three widths in both themes, for whoever reviews them; and the rules of
 * accessibility held against it at the widest and the narrowest.
 * @throws Error with everything axe found
 */
export async function look(page: Page, name: string, { widths = [1440, 1024, 390], within }: LookOptions = {}) {
  mkdirSync(folder, { recursive: true })
  const found: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: heights[width] })
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.evaluate('document.fonts.ready')
      await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`), animations: 'disabled' })
      if (width === 1024) continue
      found.push(...(await violations(page, theme, within)).map((line) => `${width} ${theme}: ${line}`))
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.setViewportSize({ width: 1440, height: heights[1440] })
  if (found.length > 0) throw new Error(`axe found in "${name}":\n${found.join('\n')}`)
}

async function violations(page: Page, theme: (typeof themes)[number], within: string | undefined): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode()
  if (within) axe.include(within)
  // The themes differ in their colours alone: names, roles and order are the same in both.
  const colours = theme === 'dark' ? { runOnly: ['color-contrast', 'link-in-text-block'] } : {}
  axe.options({ ...colours, resultTypes: ['violations'], preload: false })
  const { violations: broken } = await axe.analyze()
  return broken.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`.replaceAll('\n', ' ')),
  )
}
