import type { AuditEvent } from '../../shared/audit.ts'
import { auditText as words } from './text.ts'

/** Who did it: somebody by name, the command line, or somebody who was not signed in. */
export const actorName = (event: AuditEvent) => event.actor?.name ?? (event.ip === null ? words.system : words.nobody)

/** What it was done to, as far as it has a name. */
export const targetName = (event: AuditEvent) =>
  event.targetName ?? (event.targetId === null ? '' : (words.target[event.targetType] ?? event.targetType))
