/** One wanted field, with its own fields and arguments: `messages.limit(20){id,text}`. */
export interface Field {
  name: string
  limit: number | null
  fields: Field[]
}

/** Reads Graph's field expansion, leniently: what cannot be read is left out. */
export function parseFields(wanted: string | null): Field[] {
  const text = wanted ?? ''
  let at = 0

  function list(): Field[] {
    const fields: Field[] = []
    while (at < text.length && text[at] !== '}') {
      const name = /^[\w]+/.exec(text.slice(at))?.[0]
      if (!name) {
        at += 1
        continue
      }
      at += name.length
      const field: Field = { name, limit: null, fields: [] }
      while (text[at] === '.') {
        const call = /^\.(\w+)\(([^)]*)\)/.exec(text.slice(at))
        if (!call) break
        if (call[1] === 'limit') field.limit = Number(call[2]) || null
        at += call[0].length
      }
      if (text[at] === '{') {
        at += 1
        field.fields = list()
        at += 1
      }
      fields.push(field)
    }
    return fields
  }

  return list()
}

/** Picks the wanted fields that exist; `id` is always there. */
export function pick(node: Record<string, unknown>, fields: Field[], defaults: string[]): Record<string, unknown> {
  const wanted = fields.length > 0 ? fields.map((field) => field.name) : defaults
  const picked: Record<string, unknown> = {}
  for (const name of wanted) if (node[name] !== undefined && node[name] !== null) picked[name] = node[name]
  if (node.id !== undefined) picked.id = node.id
  return picked
}

/** Graph's dates: whole seconds, zone written +0000. */
export function graphDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+0000`
}

export interface Page<T> {
  data: T[]
  paging?: { cursors: { before: string; after: string }; next?: string; previous?: string }
}

const cursor = (key: string): string => Buffer.from(key).toString('base64url')

/** Cuts one page out of a list, with cursors that survive new items at its front. */
export function paginate<T>(
  items: T[],
  options: {
    key: (item: T) => string
    limit: number
    after: string | null
    before: string | null
    link: (query: string) => string
  },
): { items: T[]; paging: Page<T>['paging'] } {
  let start = 0
  if (options.after) {
    const last = items.findIndex((item) => cursor(options.key(item)) === options.after)
    start = last < 0 ? items.length : last + 1
  } else if (options.before) {
    const first = items.findIndex((item) => cursor(options.key(item)) === options.before)
    start = Math.max(0, first - options.limit)
  }
  const page = items.slice(start, start + options.limit)
  const first = page[0]
  const last = page.at(-1)
  if (first === undefined || last === undefined) return { items: page, paging: undefined }
  const cursors = { before: cursor(options.key(first)), after: cursor(options.key(last)) }
  return {
    items: page,
    paging: {
      cursors,
      ...(start + page.length < items.length ? { next: options.link(`after=${cursors.after}`) } : {}),
      ...(start > 0 ? { previous: options.link(`before=${cursors.before}`) } : {}),
    },
  }
}
