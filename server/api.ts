import { assignmentRoutes } from './assignment/routes.ts'
import { recordedRoutes } from './audit/recorded-route.ts'
import { auditRoutes } from './audit/routes.ts'
import { apiTokenRoutes } from './auth/api-token-routes.ts'
import { resetRoutes } from './auth/reset-routes.ts'
import { authRoutes } from './auth/routes.ts'
import { totpRoutes } from './auth/totp-routes.ts'
import { channelRoutes } from './channels/routes.ts'
import { chatRoutes } from './chats/routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { sendRoutes } from './messages/send-routes.ts'
import { accountRoutes } from './team/account-routes.ts'
import { positionRoutes } from './team/position-routes.ts'
import { teamRoutes } from './team/routes.ts'
import { webhookRoutes } from './webhooks/routes.ts'

/**
 * Every address below /api/v1, with who may call it: the auditor's page. The server, the API document, the typed
 * client and the tests that walk every route read this one list.
 */
export const routes = [
  ...authRoutes,
  ...resetRoutes,
  ...totpRoutes,
  ...apiTokenRoutes,
  ...accountRoutes,
  ...teamRoutes,
  ...positionRoutes,
  ...channelRoutes,
  ...chatRoutes,
  ...messageRoutes,
  ...sendRoutes,
  ...assignmentRoutes,
  ...recordedRoutes(webhookRoutes, {
    'GET /webhook-deliveries/:id': { action: 'delivery.viewed', targetType: 'delivery' },
    'POST /parked-events/:id/replay': { action: 'event.replayed', targetType: 'event' },
  }),
  ...auditRoutes,
]
