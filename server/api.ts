import { assignmentRoutes } from './assignment/routes.ts'
import { authRoutes } from './auth/routes.ts'
import { channelRoutes } from './channels/routes.ts'
import { chatRoutes } from './chats/routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { sendRoutes } from './messages/send-routes.ts'
import { teamRoutes } from './team/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/**
 * Every address below /api/v1, with who may call it: the auditor's page. The server, the API document, the typed
 * client and the tests that walk every route read this one list.
 */
export const routes = [
  ...authRoutes,
  ...teamRoutes,
  ...channelRoutes,
  ...chatRoutes,
  ...messageRoutes,
  ...sendRoutes,
  ...assignmentRoutes,
  ...webhookRoutes,
]

export type ApiRoutes = (typeof routes)[number]
