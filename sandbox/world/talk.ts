import type { Attachment, Platform } from './model.ts'

/** One line of talk: who says what, and what hangs on it. */
export interface Line {
  by: 'customer' | 'page'
  text?: string
  attachment?: Attachment
  /** Answers the line so many lines above. */
  replyTo?: number
  story?: true
  reaction?: { reaction: string; emoji: string }
  ad?: string
}

export interface Talk {
  person: {
    platform: Platform
    name: string
    username?: string
    face: string | null
    followers?: number
    follows?: boolean
    verified?: boolean
  }
  /** Runs of messages; each ends so many minutes before now. */
  parts: { endsAgo: number; lines: Line[] }[]
  /** The customer has not looked at the last answer yet. */
  unreadByCustomer?: true
}

const c = (text: string, more: Omit<Line, 'by' | 'text'> = {}): Line => ({ by: 'customer', text, ...more })
const n = (text: string, more: Omit<Line, 'by' | 'text'> = {}): Line => ({ by: 'page', text, ...more })
const shows = (attachment: Attachment, more: Omit<Line, 'by' | 'attachment'> = {}): Line => ({
  by: 'customer',
  attachment,
  ...more,
})

export const picture = (name: string): Attachment => ({
  type: 'image',
  url: `/media/picture/${name}`,
  mime: 'image/png',
})
export const voice = (seconds: number): Attachment => ({
  type: 'audio',
  url: `/media/voice/${seconds}`,
  mime: 'audio/wav',
  seconds,
})
const file = (name: string): Attachment => ({
  type: 'file',
  url: `/media/file/${encodeURIComponent(name)}`,
  name,
  mime: 'application/pdf',
})
const love = { reaction: 'love', emoji: '❤️' }
const HOUR = 60
const DAY = 24 * HOUR

/** A week in a furniture shop, in the languages of its customers. */
export const TALKS: Talk[] = [
  {
    person: {
      platform: 'instagram',
      name: 'Lena Fischer',
      username: 'lena.wohnt',
      face: 'lena',
      followers: 812,
      follows: true,
    },
    parts: [
      {
        endsAgo: 5 * DAY + 3 * HOUR,
        lines: [
          c('Hallo! Gibt es die Fjord-Lampe auch in Messing?'),
          n('Hallo Lena! Ja, gebürstetes Messing kommt nächste Woche wieder rein.'),
          c('Super, dann warte ich 😊'),
        ],
      },
      {
        endsAgo: 38,
        lines: [
          shows(picture('sofa')),
          c('This is the wall, 2.84 m wide. The sofa stays.'),
          n('Then one pendant over the left seat at 1.55 m. I can draw it for you today.', { replyTo: 1 }),
          shows(voice(23)),
          c('Please do!'),
        ],
      },
    ],
  },
  {
    person: { platform: 'page', name: 'Omar Haddad', face: 'omar' },
    parts: [
      {
        endsAgo: 12,
        lines: [
          c('Hello, I saw the oak chair', { ad: 'The oak chair' }),
          n('Good afternoon Omar, lovely that you write. What would you like to know?'),
          shows(picture('shelf')),
          c('Is this the same oak as the table?'),
        ],
      },
    ],
  },
  {
    person: { platform: 'instagram', name: 'Kenji Watanabe', username: 'kenji_w', face: 'kenji', followers: 2310 },
    parts: [
      {
        endsAgo: 3 * DAY,
        lines: [
          c('こんにちは。オークの椅子は日本に発送できますか？'),
          n('Hello Kenji! Yes, we ship to Japan by sea. It takes about six weeks.'),
          c('ありがとうございます。送料はいくらですか？'),
          n('For two chairs it is 14,800 yen, customs included.'),
          c('わかりました。検討します 🙏', { reaction: love }),
        ],
      },
      { endsAgo: 22 * HOUR + 40, lines: [c('Two chairs, please. How do I pay?')] },
    ],
  },
  {
    person: {
      platform: 'instagram',
      name: 'سارة الخطيب',
      username: 'sara.k.design',
      face: 'sara',
      followers: 15400,
      follows: true,
      verified: true,
    },
    parts: [
      {
        endsAgo: 4 * DAY + 6 * HOUR,
        lines: [
          c('مرحبا، هل الأريكة متوفرة باللون الأخضر؟'),
          n('أهلاً سارة! نعم، متوفرة باللون الأخضر الزيتي والأزرق.'),
          c('ممتاز. كم عرضها؟'),
          n('العرض 214 سم والعمق 92 سم.'),
        ],
      },
      {
        endsAgo: 95,
        lines: [c('رائعة جداً 😍', { story: true }), c('هل يمكنني رؤيتها في المعرض يوم السبت؟')],
      },
    ],
  },
  {
    person: {
      platform: 'page',
      name: 'María del Carmen Etxeberria-Goikoetxea de la Fuente y Montenegro',
      face: 'maria',
    },
    parts: [
      {
        endsAgo: 2 * DAY + 2 * HOUR,
        lines: [
          c('Buenas tardes, recibí la mesa ayer pero tiene un rayón.'),
          shows(picture('scratch')),
          n('Buenas tardes María del Carmen, lo sentimos mucho. ¿Nos pasa el número de pedido?'),
          c('NI-20418'),
          n('Gracias. Le enviamos un tablero nuevo el jueves, sin coste.'),
          c('Qué rapidez, muchas gracias 🙌'),
        ],
      },
      {
        endsAgo: 5 * HOUR,
        lines: [
          c('El transportista pregunta si puede venir el viernes por la mañana.'),
          n('Claro que sí. Lo cambio ahora mismo.'),
        ],
      },
    ],
    unreadByCustomer: true,
  },
  {
    person: { platform: 'instagram', name: 'Noor van Dijk', username: 'noor.thuis', face: 'noor', followers: 431 },
    parts: [
      {
        endsAgo: 6 * DAY,
        lines: [
          c('Hoi! Zijn jullie zondag open?'),
          n('Hoi Noor, zondag zijn we dicht. Zaterdag van 10 tot 18 uur.'),
          c('Oké 👍'),
        ],
      },
      {
        endsAgo: 3 * HOUR + 20,
        lines: [
          shows({
            type: 'ig_post',
            url: '/media/picture/post',
            title: 'Fjord table, oiled oak',
            id: '17999900000000511',
          }),
          c('Deze tafel, past die bij zes stoelen?'),
          n('Ja hoor, de 200 cm versie heeft plek voor zes tot acht stoelen.'),
          c('En kan hij uitgeschoven worden?'),
          n('Met twee inlegbladen wordt hij 290 cm.'),
          c('Perfect, ik kom zaterdag kijken!', { reaction: love }),
        ],
      },
    ],
  },
  {
    person: {
      platform: 'instagram',
      name: 'Chloé Martin ✨',
      username: 'chez.chloe',
      face: 'chloe',
      followers: 3120,
      follows: true,
    },
    parts: [
      {
        endsAgo: 3 * DAY + 4 * HOUR,
        lines: [
          c('Coucou, vous livrez à Lyon ?'),
          n('Bonjour Chloé ! Oui, tous les mardis et vendredis.'),
          c('Et vous montez les meubles ?'),
          n('Oui, le montage coûte 49 € par meuble.'),
          shows(picture('plant')),
          c('Ce coin-là est vide, il me faudrait une étagère étroite 🌿'),
          n('La Skog fait 38 cm de large, elle irait très bien à côté de la plante.'),
        ],
      },
    ],
    unreadByCustomer: true,
  },
  {
    person: { platform: 'instagram', name: 'Tomás Oliveira', username: 'tomas.olv', face: 'tomas', followers: 96 },
    parts: [
      {
        endsAgo: 47,
        lines: [c('Boa tarde! O candeeiro ainda está em promoção?'), shows(picture('lamp')), c('Este aqui')],
      },
    ],
  },
  {
    person: {
      platform: 'instagram',
      name: 'Zuri 🦋',
      username: 'zuri.builds',
      face: 'zuri',
      followers: 48900,
      verified: true,
    },
    parts: [
      {
        endsAgo: DAY + 6 * HOUR,
        lines: [
          c('Hey hey 👋 love the new shelves'),
          shows({
            type: 'ig_reel',
            url: '/media/picture/story',
            title: 'Shelf styling in 30 seconds',
            id: '17999900000000401',
          }),
          c('can I use this one in a reel? I would tag you'),
          n('Hi Zuri, we would be delighted! Send us the link when it is up.'),
          c('🔥🔥🔥'),
          n('Would you like the walnut sample set as well?'),
        ],
      },
      {
        endsAgo: 7 * HOUR,
        lines: [c('yes please!! same address as last time'), n('On its way tomorrow.', { reaction: love })],
      },
    ],
  },
  {
    person: { platform: 'page', name: 'Jonas Bergström', face: 'jonas' },
    parts: [
      {
        endsAgo: 4 * DAY,
        lines: [
          c('Hej! Jag har beställt en soffa, order NI-20377. När kommer den?'),
          n('Hej Jonas! Den står på lagret i Malmö och levereras på torsdag.'),
          c('Toppen. Kan de bära upp den till tredje våningen?'),
          n('Ja, det ingår. Finns det hiss?'),
          c('Tyvärr inte 😅'),
          n('Inga problem, vi skickar två personer.'),
        ],
      },
      {
        endsAgo: 2 * DAY + 20 * HOUR,
        lines: [c('Soffan är här, den är underbar. Tack!'), n('Vad roligt att höra! Njut av den.')],
      },
    ],
  },
  {
    person: { platform: 'page', name: 'Elif Yılmaz', face: 'elif' },
    parts: [
      {
        endsAgo: 23 * HOUR + 35,
        lines: [
          c('Merhaba, mutfak masası için yedek ayak satıyor musunuz?'),
          n('Merhaba Elif Hanım, evet. Hangi model olduğunu biliyor musunuz?'),
          c('Sanırım Fjord 160. Fotoğraf göndereyim'),
          shows(picture('scratch')),
        ],
      },
    ],
  },
  {
    person: { platform: 'page', name: 'David Okonkwo', face: 'david' },
    parts: [
      {
        endsAgo: 5 * DAY + 7 * HOUR,
        lines: [
          c('Do you do trade prices? I fit out small offices.'),
          n('We do, David. From ten pieces it is 15 % off. Shall I send the form?'),
          c('Please'),
          n('Here it is: nordlys.example/trade'),
          shows(file('trade-form-okonkwo.pdf')),
          n('Received, thank you. You are in.'),
        ],
      },
      {
        endsAgo: 6 * HOUR + 10,
        lines: [
          c('Need 24 oak chairs and 4 of the 200 cm tables by 12 January. Possible?'),
          n('The chairs yes. For the tables let me check with the workshop.'),
          c('Thanks. Floor plan below if it helps'),
          shows(file('floor-plan-level-2.pdf')),
        ],
      },
    ],
  },
  {
    person: { platform: 'page', name: '陈美玲', face: 'mei' },
    parts: [
      {
        endsAgo: 2 * DAY + 9 * HOUR,
        lines: [
          c('你好，请问沙发套可以拆洗吗？'),
          n('您好！可以，30 度机洗就行。'),
          c('好的，谢谢 🥰'),
          n('不客气，祝您周末愉快！'),
        ],
      },
      { endsAgo: 2 * HOUR + 15, lines: [c('沙发的灰色还有货吗？想再买一个单人位的')] },
    ],
  },
  {
    person: { platform: 'page', name: 'Ivan Petrenko', face: null },
    parts: [
      {
        endsAgo: 6 * DAY + 2 * HOUR,
        lines: [
          c('Доброго дня! Чи є у вас дитячі ліжка?'),
          n('Доброго дня, Іване! Поки що ні, але навесні будуть.'),
          c('Дякую, зачекаю'),
        ],
      },
      {
        endsAgo: 26,
        lines: [
          c('I need to change the delivery address for NI-20455, it ships tomorrow 😬'),
          shows(voice(8)),
          c('The new one is Lindengasse 14, second door'),
        ],
      },
    ],
  },
  {
    person: { platform: 'instagram', name: 'Priya N.', username: 'priyaathome', face: null, followers: 57 },
    parts: [
      {
        endsAgo: 3 * DAY + 11 * HOUR,
        lines: [
          c('Hi! Is the oiled oak safe for a kitchen?'),
          n('Hi Priya! Yes, re-oil it twice a year and wipe spills early.'),
          c('And hot pans?'),
          n('Better on a trivet. We have cork ones for 9 euros.'),
          c('Lovely, adding two to my order'),
          n('Done, they travel with your table.'),
          c('You are the best', { reaction: love }),
        ],
      },
      {
        endsAgo: 19 * HOUR,
        lines: [
          c('Table arrived, here it is with the lamp from last year'),
          shows(picture('lamp')),
          n('That looks wonderful! May we share the picture?'),
          c('Of course 💛'),
        ],
      },
    ],
  },
]
