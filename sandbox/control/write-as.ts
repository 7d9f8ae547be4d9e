import type { Sandbox } from '../context.ts'
import { customerWrites, type Written } from '../customer.ts'
import { PICTURES } from '../media/pictures.ts'
import { adReferral } from '../world/history.ts'
import { newDigits } from '../world/ids.ts'
import type { Attachment, Person, State } from '../world/model.ts'
import { picture, voice } from '../world/talk.ts'
import type { NewMessageBody } from './schemas.ts'

const STICKER_IDS = { heart: '126361870881943', thumb: '369239263222822' }
const PHOTOS = Object.keys(PICTURES).filter((name) => !['heart', 'thumb', 'story', 'post'].includes(name))

/** Instagram knows stickers as images; Messenger has a type for them since autumn 2026. */
function sticker(person: Person, name: 'heart' | 'thumb'): Attachment {
  const url = `/media/picture/${name}`
  return person.platform === 'instagram'
    ? { type: 'image', url, mime: 'image/png' }
    : { type: 'sticker', url, stickerId: STICKER_IDS[name] }
}

function share(state: State, person: Person, what: 'post' | 'reel' | 'link'): Attachment {
  if (what === 'link')
    return { type: 'fallback', url: 'https://shop.example/fjord-table', title: 'Fjord table, oiled oak' }
  const type = person.platform === 'instagram' ? `ig_${what}` : what
  const title = what === 'post' ? 'Fjord table, oiled oak' : 'Shelf styling in 30 seconds'
  return { type, url: `/media/picture/${what === 'post' ? 'post' : 'story'}`, title, id: newDigits(state, what, 17) }
}

function compose(sandbox: Sandbox, person: Person, body: NewMessageBody): Written {
  const common = { text: body.text ?? null, replyTo: body.replyTo ?? null }
  const { state } = sandbox
  switch (body.kind) {
    case 'text':
      return common
    case 'picture': {
      const name = body.name ?? PHOTOS[state.serial % PHOTOS.length] ?? 'sofa'
      return { ...common, attachments: [body.url ? { type: 'image', url: body.url } : picture(name)] }
    }
    case 'voice':
      return { ...common, attachments: [voice(body.seconds ?? 7)] }
    case 'file': {
      const name = body.name ?? 'floor-plan.pdf'
      return {
        ...common,
        attachments: [
          { type: 'file', url: body.url ?? `/media/file/${encodeURIComponent(name)}`, name, mime: 'application/pdf' },
        ],
      }
    }
    case 'sticker':
      return {
        ...common,
        attachments: [sticker(person, body.sticker ?? (person.platform === 'instagram' ? 'heart' : 'thumb'))],
      }
    case 'share':
      return { ...common, attachments: [share(state, person, body.what ?? 'post')] }
    case 'story_reply':
      return { ...common, story: { id: '17999900000000301', url: '/media/picture/story' } }
    case 'story_mention':
      return { ...common, attachments: [{ type: 'story_mention', url: '/media/picture/story' }] }
    case 'ad':
      return {
        ...common,
        text: body.text ?? 'Hello, I saw your ad',
        referral: adReferral(body.title ?? 'The oak chair'),
      }
  }
}

/** The customer does what the body says; the returned promise settles with the client's 200. */
export function writeAs(sandbox: Sandbox, person: Person, body: NewMessageBody): ReturnType<typeof customerWrites> {
  return customerWrites(sandbox, person, compose(sandbox, person, body))
}
