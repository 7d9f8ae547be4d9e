import { paint, type Shape } from './paint.ts'

type Picture = { width: number; height: number; label: string; shapes: Shape[] }

const rect = (x: number, y: number, w: number, h: number, fill: string, r = 0, alpha = 1): Shape => ({
  kind: 'rect',
  x,
  y,
  w,
  h,
  r,
  fill,
  alpha,
})
const ellipse = (cx: number, cy: number, rx: number, ry: number, fill: string, alpha = 1): Shape => ({
  kind: 'ellipse',
  cx,
  cy,
  rx,
  ry,
  fill,
  alpha,
})
const polygon = (fill: string, ...points: [number, number][]): Shape => ({ kind: 'polygon', points, fill })

const room = (wall: string, floor: string): Shape[] => [
  rect(0, 0, 100, 80, wall),
  rect(0, 55, 100, 25, floor),
  rect(0, 54.4, 100, 0.7, '#ffffff', 0, 0.5),
]

/** Photographs a customer of a furniture shop might send, drawn. */
export const PICTURES: Record<string, Picture> = {
  sofa: {
    width: 720,
    height: 540,
    label: 'Sofa by the wall',
    shapes: [
      ...room('#e9e1d3', '#cbb795'),
      rect(9, 8, 26, 30, '#f4efe6', 0.6),
      rect(10.2, 9.2, 11.2, 27.6, '#cfdcdc'),
      rect(22.6, 9.2, 11.2, 27.6, '#c3d3d4'),
      ellipse(62, 66.5, 36, 4.5, '#b49c77'),
      rect(38, 37, 50, 18, '#6f8377', 4),
      rect(34, 45, 57, 15, '#7f9387', 4),
      rect(63, 46, 0.5, 9, '#6f8377'),
      rect(38.5, 60, 2.4, 5, '#4b4035', 0.5),
      rect(84, 60, 2.4, 5, '#4b4035', 0.5),
      rect(43, 41, 12, 10, '#d9a36b', 2.4),
      rect(71.7, 0, 0.6, 12, '#4b4035'),
      polygon('#c98a4b', [64, 20], [66, 14.5], [70, 12], [74, 12], [78, 14.5], [80, 20]),
    ],
  },
  chair: {
    width: 720,
    height: 720,
    label: 'Oak chair',
    shapes: [
      rect(0, 0, 100, 100, '#d9dfe0'),
      rect(0, 76, 100, 24, '#c2c9c8'),
      ellipse(50, 88, 26, 4, '#aab3b2'),
      polygon('#c07b4c', [31, 22], [40, 19], [60, 19], [69, 22], [66, 55], [34, 55]),
      polygon('#a9663a', [30, 57], [70, 57], [73, 66], [27, 66]),
      polygon('#5a4330', [31, 66], [34, 66], [30, 88], [27.5, 88]),
      polygon('#5a4330', [66, 66], [69, 66], [72.5, 88], [70, 88]),
      rect(39, 66, 2.6, 17, '#6b513b'),
      rect(58.4, 66, 2.6, 17, '#6b513b'),
    ],
  },
  shelf: {
    width: 720,
    height: 540,
    label: 'Shelf with books',
    shapes: [
      rect(0, 0, 100, 75, '#e4d8c8'),
      rect(18, 6, 3, 66, '#8b6a45'),
      rect(79, 6, 3, 66, '#8b6a45'),
      rect(12, 26, 76, 3, '#96734c'),
      rect(12, 54, 76, 3, '#96734c'),
      rect(27, 13, 5, 13, '#55706a'),
      rect(33, 10, 4.4, 16, '#b96f4a'),
      rect(38.4, 14, 6, 12, '#d9c27c'),
      rect(45.5, 12, 3.4, 14, '#7b8794'),
      ellipse(64, 20.5, 6.5, 5.6, '#f1ece2'),
      ellipse(38, 46.5, 7.5, 7.5, '#a9b8a8'),
      rect(54, 38, 18, 16, '#c7a57a', 2),
    ],
  },
  lamp: {
    width: 720,
    height: 960,
    label: 'Pendant lamp over a table',
    shapes: [
      rect(0, 0, 100, 134, '#46504d'),
      ellipse(50, 66, 40, 44, '#7d7a5f', 0.35),
      ellipse(50, 62, 26, 30, '#d8bf86', 0.35),
      rect(49.5, 0, 1, 38, '#201e1a'),
      polygon('#c98a4b', [30, 56], [35, 44], [44, 38], [56, 38], [65, 44], [70, 56]),
      ellipse(50, 56, 19, 3, '#fbe6b0'),
      polygon('#8a6a4a', [8, 104], [92, 104], [96, 110], [4, 110]),
      rect(14, 110, 4, 24, '#6b5139'),
      rect(82, 110, 4, 24, '#6b5139'),
      ellipse(50, 101, 12, 3.4, '#eee6d8'),
      ellipse(50, 98.8, 7, 3.2, '#b5523b'),
    ],
  },
  scratch: {
    width: 720,
    height: 540,
    label: 'Scratch in a table top',
    shapes: [
      rect(0, 0, 100, 75, '#a97f55'),
      rect(0, 12, 100, 1.2, '#96703f', 0, 0.5),
      rect(0, 30, 100, 0.8, '#96703f', 0, 0.5),
      rect(0, 49, 100, 1.4, '#96703f', 0, 0.5),
      rect(0, 66, 100, 0.8, '#96703f', 0, 0.5),
      polygon('#ead2b0', [28, 50], [62, 24], [63, 25], [30, 51]),
      polygon('#7a5733', [30, 51], [63, 25], [63.4, 25.6], [30.6, 51.8]),
      ellipse(72, 54, 9, 9, '#8f6a42', 0.4),
    ],
  },
  plant: {
    width: 720,
    height: 900,
    label: 'Corner with a plant',
    shapes: [
      rect(0, 0, 100, 125, '#dde3da'),
      rect(0, 100, 100, 25, '#c8b491'),
      ellipse(50, 112, 20, 4, '#a8936e'),
      ellipse(38, 54, 12, 24, '#5d7a5c'),
      ellipse(62, 50, 12, 26, '#6d8c68'),
      ellipse(50, 38, 11, 26, '#7c9a74'),
      ellipse(50, 66, 20, 14, '#557052'),
      polygon('#b9714a', [36, 82], [64, 82], [60, 112], [40, 112]),
      rect(34, 79, 32, 6, '#c98259', 1.5),
    ],
  },
  story: {
    width: 720,
    height: 1280,
    label: 'Story: new collection',
    shapes: [
      rect(0, 0, 100, 178, '#2f3b38'),
      ellipse(50, 84, 46, 46, '#3c4d48'),
      rect(22, 86, 56, 22, '#c58f5a', 6),
      rect(17, 96, 66, 18, '#d49f68', 6),
      rect(23, 114, 4, 8, '#201e1a'),
      rect(73, 114, 4, 8, '#201e1a'),
      rect(20, 30, 60, 6, '#f5f3ef', 3),
      rect(30, 40, 40, 4, '#f5f3ef', 2, 0.6),
    ],
  },
  post: {
    width: 800,
    height: 800,
    label: 'Post: Fjord table',
    shapes: [
      rect(0, 0, 100, 100, '#ecdfd1'),
      rect(0, 72, 100, 28, '#d3bfa2'),
      ellipse(50, 84, 36, 4, '#b9a482'),
      rect(14, 46, 72, 5, '#7a5a3c', 1.5),
      polygon('#65492f', [20, 51], [25, 51], [21, 84], [18.5, 84]),
      polygon('#65492f', [75, 51], [80, 51], [81.5, 84], [79, 84]),
      rect(43, 30, 10, 16, '#8fa39a', 3),
      ellipse(46, 24, 2, 8, '#6f8f6a'),
      ellipse(51, 22, 2, 10, '#86a47c'),
    ],
  },
  heart: {
    width: 320,
    height: 320,
    label: 'Heart sticker',
    shapes: [
      rect(0, 0, 100, 100, '#fefdfb'),
      ellipse(34, 38, 20, 20, '#d2475f'),
      ellipse(66, 38, 20, 20, '#d2475f'),
      polygon('#d2475f', [16.5, 48], [83.5, 48], [50, 86]),
    ],
  },
  thumb: {
    width: 320,
    height: 320,
    label: 'Thumb sticker',
    shapes: [
      rect(0, 0, 100, 100, '#fefdfb'),
      rect(20, 44, 15, 40, '#3a5f9b', 3),
      rect(38, 44, 40, 38, '#e9bf7d', 9),
      polygon('#e9bf7d', [42, 50], [50, 18], [60, 18], [62, 46]),
      ellipse(55, 20, 6.4, 6.4, '#e9bf7d'),
    ],
  },
}

export function paintPicture(name: string): Buffer | null {
  const picture = PICTURES[name]
  return picture ? paint(picture.width, picture.height, picture.shapes) : null
}
