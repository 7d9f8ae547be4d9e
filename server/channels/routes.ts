import * as z from 'zod'
import { facebookPage, instagramAccount } from '../../shared/channel.ts'
import { cursorQuery, pageOf } from '../../shared/common.ts'
import { anyChatView } from '../chats/visibility.ts'
import { cutPage } from '../platform/cut-page.ts'
import { route } from '../platform/http/route.ts'
import { listInstagramAccounts, listPages } from './queries.ts'
import { instagramAccountView, pageView } from './view.ts'

export const channelRoutes = [
  route({
    method: 'GET',
    path: '/pages',
    permission: anyChatView,
    summary: 'Connected Facebook pages',
    query: z.strictObject(cursorQuery),
    response: pageOf(facebookPage),
    handler: async (ctx, { query }) => cutPage((await listPages(ctx.db.q)).map(pageView), query),
  }),
  route({
    method: 'GET',
    path: '/instagram-accounts',
    permission: anyChatView,
    summary: 'Connected Instagram accounts',
    query: z.strictObject(cursorQuery),
    response: pageOf(instagramAccount),
    handler: async (ctx, { query }) =>
      cutPage((await listInstagramAccounts(ctx.db.q)).map(instagramAccountView), query),
  }),
] as const
