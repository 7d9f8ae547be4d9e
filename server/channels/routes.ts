import * as z from 'zod'
import { facebookPage, instagramAccount, pageSwitch } from '../../shared/channel.ts'
import { cursorQuery, idParams, pageOf } from '../../shared/common.ts'
import { originOf } from '../audit/record-audit.ts'
import { anyChatView } from '../chats/visibility.ts'
import { cutPage } from '../platform/cut-page.ts'
import { route } from '../platform/http/route.ts'
import { listInstagramAccounts, listPages } from './queries.ts'
import { switchPage } from './switch-page.ts'
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
    method: 'PATCH',
    path: '/pages/:id',
    permission: ['integration:manage'],
    summary: 'Activate or deactivate a page, with a note',
    params: idParams,
    body: pageSwitch,
    response: facebookPage,
    handler: (ctx, { params, body, actor, request }) =>
      switchPage(ctx, { actor, request: originOf(request) }, { ...params, ...body }),
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
