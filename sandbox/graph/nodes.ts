import { absoluteUrl, type Sandbox } from '../context.ts'
import { accountById } from '../world/lookup.ts'
import type { Account, Person } from '../world/model.ts'
import { ownerOfToken } from './auth.ts'
import { type GraphCall, textParam } from './call.ts'
import { GraphError } from './errors.ts'
import { parseFields, pick } from './fields.ts'

type Node = Record<string, unknown>

const SCOPES: Record<Account['platform'], string[]> = {
  page: [
    'pages_show_list',
    'pages_messaging',
    'pages_manage_metadata',
    'pages_read_engagement',
    'instagram_basic',
    'instagram_manage_messages',
  ],
  instagram: ['instagram_business_basic', 'instagram_business_manage_messages'],
}

export function readPerson(sandbox: Sandbox, call: GraphCall, person: Person): Node {
  const fields = parseFields(textParam(call, 'fields'))
  if (!person.profileVisible) {
    if (person.platform === 'page') return {}
    throw new GraphError({ status: 403, code: 230, message: '(#230) User consent is required to access user profile' })
  }
  if (person.blocked && person.platform === 'instagram') return { id: person.id }
  const picture = person.face ? absoluteUrl(sandbox)(`/media/face/${person.face}`) : undefined
  const words = person.name.split(' ')
  const node: Node =
    person.platform === 'page'
      ? {
          id: person.id,
          name: person.name,
          first_name: words[0],
          last_name: words.slice(1).join(' '),
          profile_pic: picture ?? absoluteUrl(sandbox)('/media/face/nobody'),
        }
      : {
          id: person.id,
          name: person.name,
          username: person.username,
          profile_pic: picture,
          follower_count: person.followers,
          is_user_follow_business: person.follows,
          is_business_follow_user: false,
          is_verified_user: person.verified,
        }
  const defaults = person.platform === 'page' ? ['first_name', 'last_name', 'profile_pic', 'id'] : ['name', 'id']
  return pick(node, fields, defaults)
}

export function readAccount(sandbox: Sandbox, call: GraphCall, account: Account): Node {
  const wanted = parseFields(textParam(call, 'fields'))
  const picture = absoluteUrl(sandbox)('/media/picture/post')
  const followers = 18_412
  if (account.platform === 'instagram') {
    const node: Node = {
      id: call.host === 'instagram' ? account.appScopedId : account.id,
      user_id: account.id,
      username: account.username,
      name: account.name,
      account_type: 'BUSINESS',
      profile_picture_url: picture,
      followers_count: followers,
      media_count: 240,
    }
    return pick(node, wanted, ['id'])
  }
  const linked = account.linkedId ? accountById(sandbox.state, account.linkedId) : undefined
  const instagram = wanted.find((field) => field.name === 'instagram_business_account')
  const node: Node = {
    id: account.id,
    name: account.name,
    username: account.username,
    category: 'Furniture Store',
    link: `https://www.facebook.com/${account.id}`,
    access_token: account.token,
    tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
    followers_count: followers,
    fan_count: followers,
    picture: { data: { url: picture, is_silhouette: false, width: 50, height: 50 } },
    instagram_business_account: linked
      ? pick({ id: linked.id, username: linked.username, name: linked.name }, instagram?.fields ?? [], ['id'])
      : undefined,
  }
  return pick(node, wanted, ['name', 'id'])
}

/** `GET /me/accounts` with the token of the person who connects the pages. */
export function listPages(sandbox: Sandbox, call: GraphCall): Node {
  const asked = textParam(call, 'fields') ?? 'access_token,category,name,id,tasks'
  const pages = sandbox.state.accounts.filter((account) => account.platform === 'page')
  const data = pages.map((page) => readAccount(sandbox, { ...call, params: { ...call.params, fields: asked } }, page))
  return { data, paging: { cursors: { before: 'MA', after: 'MA' } } }
}

export function listSubscriptions(sandbox: Sandbox, account: Account): Node {
  if (account.subscribedFields.length === 0) return { data: [] }
  const { app } = sandbox.state
  return { data: [{ id: app.id, name: app.name, category: 'Business', subscribed_fields: account.subscribedFields }] }
}

export function debugToken(sandbox: Sandbox, call: GraphCall): Node {
  const token = textParam(call, 'input_token') ?? ''
  const owner = ownerOfToken(sandbox, token)
  const { app } = sandbox.state
  if (!owner) {
    const error = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' }
    return { data: { is_valid: false, scopes: [], error } }
  }
  const common = { app_id: app.id, application: app.name, expires_at: 0, is_valid: true }
  if (owner.kind === 'app') return { data: { ...common, type: 'APP' } }
  if (owner.kind === 'user') return { data: { ...common, type: 'USER', user_id: '7777', scopes: SCOPES.page } }
  const { account } = owner
  const issued = Math.floor(sandbox.clock() / 1_000) - 86_400
  return {
    data: {
      ...common,
      type: account.platform === 'page' ? 'PAGE' : 'USER',
      is_valid: !account.tokenExpired,
      issued_at: issued,
      data_access_expires_at: issued + 90 * 86_400,
      scopes: SCOPES[account.platform],
      granular_scopes: SCOPES[account.platform].map((scope) => ({ scope, target_ids: [account.id] })),
      profile_id: account.id,
      user_id: '7777',
      ...(account.tokenExpired ? { error: { code: 190, subcode: 463, message: 'Session has expired' } } : {}),
    },
  }
}
