import type { Config } from '../config.ts'

/**
 * Where the sandbox's own page is, or null while the program speaks to the real Meta. The sandbox serves the two Graph
 * hosts below its address, so the address is what stands before the first of them.
 */
export function sandboxUrl(config: Pick<Config, 'sandbox' | 'meta'>): string | null {
  const end = '/facebook'
  return config.sandbox && config.meta.graphUrl.endsWith(end) ? config.meta.graphUrl.slice(0, -end.length) : null
}
