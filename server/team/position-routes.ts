import * as z from 'zod'
import { cursorQuery, idParams, pageOf } from '../../shared/common.ts'
import type { Permission } from '../../shared/permissions.ts'
import {
  newPosition,
  peopleWithPosition,
  position,
  positionChange,
  positionCopy,
  positionDetail,
  positionPreview,
} from '../../shared/position.ts'
import { originOf } from '../audit/record-audit.ts'
import { cutPage } from '../platform/cut-page.ts'
import { route } from '../platform/http/route.ts'
import { copyPosition, createPosition, deletePosition, updatePosition } from './change-position.ts'
import { getPosition, listPositions, positionView } from './position-queries.ts'
import { previewPosition } from './preview-position.ts'
import { holdersOf } from './queries.ts'
import { userView } from './view.ts'

/** Whoever gives positions or makes people has to know them. */
const seesPositions = [
  'position:manage',
  'position:assign',
  'user:invite',
  'user:manage',
] as const satisfies readonly Permission[]

export const positionRoutes = [
  route({
    method: 'GET',
    path: '/positions',
    permission: seesPositions,
    summary: 'Positions with the number of their holders',
    query: z.strictObject(cursorQuery),
    response: pageOf(position),
    handler: async (ctx, { query }) => cutPage((await listPositions(ctx.db.q)).map(positionView), query),
  }),
  route({
    method: 'GET',
    path: '/positions/:id',
    permission: seesPositions,
    summary: 'One position and who has it',
    params: idParams,
    response: positionDetail,
    async handler(ctx, { params }) {
      const found = positionView(await getPosition(ctx.db.q, params.id))
      const people = await holdersOf(ctx.db.q, { positionId: params.id, limit: peopleWithPosition })
      return { ...found, people: people.map(userView) }
    },
  }),
  route({
    method: 'GET',
    path: '/positions/:id/preview',
    permission: ['position:manage', 'position:assign'],
    summary: 'What somebody with this position would see',
    params: idParams,
    response: positionPreview,
    handler: (ctx, { params, actor }) => previewPosition(ctx, actor, params.id),
  }),
  route({
    method: 'POST',
    path: '/positions',
    permission: ['position:manage'],
    summary: 'Make a position',
    body: newPosition,
    response: position,
    status: 201,
    async handler(ctx, { body, actor, request }) {
      const id = await createPosition(ctx, { actor, request: originOf(request) }, body)
      return positionView(await getPosition(ctx.db.q, id))
    },
  }),
  route({
    method: 'POST',
    path: '/positions/:id/copy',
    permission: ['position:manage'],
    summary: 'Make another position with the same permissions',
    params: idParams,
    body: positionCopy,
    response: position,
    status: 201,
    async handler(ctx, { params, body, actor, request }) {
      const id = await copyPosition(ctx, { actor, request: originOf(request) }, { ...params, ...body })
      return positionView(await getPosition(ctx.db.q, id))
    },
  }),
  route({
    method: 'PATCH',
    path: '/positions/:id',
    permission: ['position:manage'],
    summary: 'Change the name, the description or the permissions of a position',
    params: idParams,
    body: positionChange,
    response: position,
    async handler(ctx, { params, body, actor, request }) {
      await updatePosition(ctx, { actor, request: originOf(request) }, { ...body, ...params })
      return positionView(await getPosition(ctx.db.q, params.id))
    },
  }),
  route({
    method: 'DELETE',
    path: '/positions/:id',
    permission: ['position:manage'],
    summary: 'Delete a position nobody has',
    params: idParams,
    handler: (ctx, { params, actor, request }) => deletePosition(ctx, { actor, request: originOf(request) }, params.id),
  }),
] as const
