import type { FacebookPage } from '../../shared/channel.ts'
import { handOutWaiting } from '../assignment/rotation.ts'
import { type Asker, recordAudit } from '../audit/record-audit.ts'
import type { Ctx } from '../ctx.ts'
import { insertAll } from '../platform/db/rows.ts'
import { dbTime } from '../platform/db/time.ts'
import { notFound } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import { changeTeam } from '../team/authority.ts'
import { forgetChannels } from './channel-for.ts'
import { listPages } from './queries.ts'
import { pageView } from './view.ts'

/**
 * Activates or deactivates a page, with a note in its status log. A deactivated page's messages are still stored, but
 * neither assigned nor answered; activating it hands out what waited meanwhile.
 * @throws AppError 404
 */
export async function switchPage(
  ctx: Ctx,
  asker: Asker,
  { id, isActive, note }: { id: string; isActive: boolean; note?: string | undefined },
): Promise<FacebookPage> {
  return changeTeam(ctx, asker, ['integration:manage'], async (tx, by, at) => {
    const page = (await listPages(tx.q)).find((row) => row.id === id)
    if (!page) throw notFound('page')
    if ((page.is_active === 1) === isActive) return pageView(page)
    const is_active = isActive ? 1 : 0
    const changed_at = dbTime(at)
    await tx.q.updateTable('facebook_pages').set({ is_active, updated_at: changed_at }).where('id', '=', id).execute()
    await insertAll(tx, 'facebook_page_status_logs', [
      { id: newId(at), page_id: page.page_id, changed_by: by.userId, changed_to: is_active, changed_at, note },
    ])
    recordAudit(tx, {
      ...asker,
      action: isActive ? 'page.activated' : 'page.deactivated',
      targetType: 'page',
      targetId: page.page_id,
      targetName: page.page_name,
      after: { note: note ?? null },
      at,
    })
    tx.change({ type: 'channels.updated' })
    tx.afterCommit(() => forgetChannels(ctx.db))
    if (isActive) await handOutWaiting(tx, { at })
    return pageView({ ...page, is_active })
  })
}
