import * as z from 'zod'
import { idParams, pageOf } from '../../shared/common.ts'
import {
  activeChange,
  activeOutcome,
  availabilityOfUser,
  directory,
  directoryUser,
  importBody,
  importOutcome,
  madeUser,
  newTeamMember,
  passwordOfUser,
  positionOfUser,
  roleOfUser,
  statusLog,
  statusLogsQuery,
  userChange,
  usersQuery,
} from '../../shared/team.ts'
import { originOf } from '../audit/record-audit.ts'
import { type RouteInput, route } from '../platform/http/route.ts'
import { addUser } from './add-user.ts'
import { directoryPage, getDirectoryUser, seesPeople } from './directory.ts'
import { importUsers } from './import-users.ts'
import { endSessionsOfUser, inviteAgain, resetPasswordOf, setActive, setPosition, setRole } from './manage-user.ts'
import { setAvailabilityOf } from './set-availability.ts'
import { listPageStatusLogs, listUserStatusLogs } from './status-logs.ts'
import { updateUser } from './update-user.ts'

const askerOf = ({
  actor,
  request,
}: Pick<RouteInput<'signed-in', undefined, undefined, undefined>, 'actor' | 'request'>) => ({
  actor,
  request: originOf(request),
})

export const teamRoutes = [
  route({
    method: 'GET',
    path: '/users',
    permission: seesPeople,
    summary: 'The people of the team; with assignable=true those who may be given chats',
    query: usersQuery,
    response: directory,
    handler: (ctx, { query, actor }) => directoryPage(ctx, actor, query),
  }),
  route({
    method: 'GET',
    path: '/users/:id',
    permission: seesPeople,
    summary: 'One person',
    params: idParams,
    response: directoryUser,
    handler: (ctx, { params, actor }) => getDirectoryUser(ctx.db.q, actor, params.id),
  }),
  route({
    method: 'POST',
    path: '/users',
    permission: ['user:invite'],
    summary: 'Make a person, with a password or with an invitation',
    body: newTeamMember,
    response: madeUser,
    status: 201,
    async handler(ctx, input) {
      const { id, invitationLink } = await addUser(ctx, askerOf(input), input.body)
      return { user: await getDirectoryUser(ctx.db.q, input.actor, id), invitationLink }
    },
  }),
  route({
    method: 'POST',
    path: '/users/import',
    permission: ['user:invite'],
    summary: 'Make everybody in a CSV file or nobody; a dry run tells each fault by row',
    body: importBody,
    response: importOutcome,
    handler: (ctx, input) => importUsers(ctx, askerOf(input), input.body),
  }),
  route({
    method: 'POST',
    path: '/users/:id/invitation',
    permission: ['user:invite'],
    summary: 'A new invitation for somebody who has no password yet; the one before stops working',
    params: idParams,
    response: z.object({ invitationLink: z.string() }),
    status: 201,
    handler: async (ctx, input) => ({ invitationLink: await inviteAgain(ctx, askerOf(input), input.params.id) }),
  }),
  route({
    method: 'PATCH',
    path: '/users/:id',
    permission: ['user:manage'],
    summary: 'Change somebody’s name, sign-in names or country',
    params: idParams,
    body: userChange,
    response: directoryUser,
    async handler(ctx, input) {
      await updateUser(ctx, askerOf(input), { ...input.body, userId: input.params.id })
      return getDirectoryUser(ctx.db.q, input.actor, input.params.id)
    },
  }),
  route({
    method: 'PUT',
    path: '/users/:id/position',
    permission: ['position:assign'],
    summary: 'Give somebody a position, or none',
    params: idParams,
    body: positionOfUser,
    response: directoryUser,
    async handler(ctx, input) {
      await setPosition(ctx, askerOf(input), { ...input.body, userId: input.params.id })
      return getDirectoryUser(ctx.db.q, input.actor, input.params.id)
    },
  }),
  route({
    method: 'PUT',
    path: '/users/:id/role',
    permission: ['user:manage'],
    summary: 'Make somebody an admin or an agent; by admins only',
    params: idParams,
    body: roleOfUser,
    response: directoryUser,
    async handler(ctx, input) {
      await setRole(ctx, askerOf(input), { ...input.body, userId: input.params.id })
      return getDirectoryUser(ctx.db.q, input.actor, input.params.id)
    },
  }),
  route({
    method: 'PUT',
    path: '/users/:id/active',
    permission: ['user:manage'],
    summary: 'Activate or deactivate somebody, with a note; their chats are handed on',
    params: idParams,
    body: activeChange,
    response: activeOutcome,
    async handler(ctx, input) {
      const chats = await setActive(ctx, askerOf(input), { ...input.body, userId: input.params.id })
      return { user: await getDirectoryUser(ctx.db.q, input.actor, input.params.id), chats }
    },
  }),
  route({
    method: 'PUT',
    path: '/users/:id/availability',
    permission: ['user:manage'],
    summary: 'Turn new chats for somebody on or off',
    params: idParams,
    body: availabilityOfUser,
    response: directoryUser,
    async handler(ctx, input) {
      await setAvailabilityOf(ctx, askerOf(input), { ...input.body, userId: input.params.id })
      return getDirectoryUser(ctx.db.q, input.actor, input.params.id)
    },
  }),
  route({
    method: 'POST',
    path: '/users/:id/password',
    permission: ['user:manage'],
    summary: 'Give somebody a new password to tell them; their sessions end',
    params: idParams,
    body: passwordOfUser,
    handler: (ctx, input) => resetPasswordOf(ctx, askerOf(input), { ...input.body, userId: input.params.id }),
  }),
  route({
    method: 'DELETE',
    path: '/users/:id/sessions',
    permission: ['user:manage'],
    summary: 'End all sessions of somebody',
    params: idParams,
    handler: (ctx, input) => endSessionsOfUser(ctx, askerOf(input), input.params.id),
  }),
  route({
    method: 'GET',
    path: '/user-status-logs',
    permission: ['audit:view'],
    summary: 'Who was activated and deactivated, by whom and why',
    query: statusLogsQuery,
    response: pageOf(statusLog),
    handler: (ctx, { query }) => listUserStatusLogs(ctx.db.q, query),
  }),
  route({
    method: 'GET',
    path: '/page-status-logs',
    permission: ['audit:view'],
    summary: 'Which pages were activated and deactivated, by whom and why',
    query: statusLogsQuery,
    response: pageOf(statusLog),
    handler: (ctx, { query }) => listPageStatusLogs(ctx.db.q, query),
  }),
] as const
