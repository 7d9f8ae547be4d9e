import type { FacebookPage, InstagramAccount } from '../../shared/channel.ts'
import { isoTime } from '../platform/db/time.ts'
import type { InstagramAccountRow, PageRow } from './queries.ts'

export const pageView = (row: PageRow): FacebookPage => ({
  id: row.id,
  pageId: row.page_id,
  pageName: row.page_name,
  isActive: row.is_active === 1,
  connectedAt: isoTime(row.connected_at),
})

export const instagramAccountView = (row: InstagramAccountRow): InstagramAccount => ({
  id: row.id,
  pageId: row.page_id,
  username: row.username,
  connectedAt: isoTime(row.connected_at),
})
