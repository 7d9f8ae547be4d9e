import * as z from 'zod'

export const platform = z.enum(['INSTAGRAM', 'FACEBOOK'])
export type Platform = z.infer<typeof platform>

/** Ids we make (UUID), as they stand in the varchar(36) columns. */
export const id = z.string().regex(/^[0-9a-f-]{36}$/, 'not an id')

/** Ids Meta makes: pages, accounts, people. Digits in practice; kept as text and never as numbers. */
export const metaId = z.string().regex(/^[0-9A-Za-z._:-]{1,255}$/, 'not a Meta id')

/** An instant as ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 })

export const idParams = z.strictObject({ id })

export const cursorQuery = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}

/** One page of a list: newest first, `next` is the cursor of the following page or null. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })

export interface Page<T> {
  items: T[]
  next: string | null
}

/** What every refusal looks like. */
export const errorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
})
export type ErrorBody = z.infer<typeof errorBody>

export const person = z.object({ id: z.string(), name: z.string() })
export type Person = z.infer<typeof person>
