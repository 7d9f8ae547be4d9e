import type { Db } from '../data/tables.ts'

/** Never with `access_token`: what is not read cannot leak (AZ-8). */
const shown = ['id', 'page_id', 'connected_at'] as const

export const listPages = (q: Db) =>
  q
    .selectFrom('facebook_pages')
    .select([...shown, 'page_name', 'is_active'])
    .orderBy('connected_at', 'desc')
    .orderBy('id', 'desc')
    .execute()

export const listInstagramAccounts = (q: Db) =>
  q
    .selectFrom('instagram_accounts')
    .select([...shown, 'username'])
    .orderBy('connected_at', 'desc')
    .orderBy('id', 'desc')
    .execute()

export type PageRow = Awaited<ReturnType<typeof listPages>>[number]
export type InstagramAccountRow = Awaited<ReturnType<typeof listInstagramAccounts>>[number]
