import { paint, type Shape } from './paint.ts'

interface Face {
  background: string
  skin: string
  hair: string
  clothes: string
  cut: 'long' | 'short' | 'scarf' | 'bun' | 'bald'
}

/** The drawn people of this world; a name is what a person's `face` holds. */
export const FACES: Record<string, Face> = {
  lena: { background: '#d9c6ae', skin: '#e9c8a6', hair: '#7a4a2c', clothes: '#5d6f63', cut: 'long' },
  kenji: { background: '#cfd6d3', skin: '#e3bd95', hair: '#26231f', clothes: '#3c4a57', cut: 'short' },
  sara: { background: '#d8d2dc', skin: '#dcb28c', hair: '#4b5a55', clothes: '#4b5a55', cut: 'scarf' },
  noor: { background: '#e4cdb8', skin: '#c99b72', hair: '#33241b', clothes: '#8a5a44', cut: 'bun' },
  chloe: { background: '#cdd9d0', skin: '#f0d3b8', hair: '#c9974f', clothes: '#39545c', cut: 'long' },
  tomas: { background: '#d3cfc0', skin: '#dfb48d', hair: '#5d4630', clothes: '#566b48', cut: 'short' },
  zuri: { background: '#e8d6a8', skin: '#7d5136', hair: '#231a15', clothes: '#a3492f', cut: 'bun' },
  omar: { background: '#d5cdb9', skin: '#c99b72', hair: '#2b211a', clothes: '#86603d', cut: 'short' },
  maria: { background: '#e6ddcf', skin: '#e0b48f', hair: '#45291b', clothes: '#7b3f4d', cut: 'long' },
  jonas: { background: '#c9d4dc', skin: '#ecc9a8', hair: '#a8763d', clothes: '#2f4858', cut: 'short' },
  elif: { background: '#dcd3e0', skin: '#e6bf9d', hair: '#54352a', clothes: '#6a5a86', cut: 'bun' },
  david: { background: '#cbd6c2', skin: '#8f6040', hair: '#1d1815', clothes: '#46614f', cut: 'bald' },
  mei: { background: '#e5d2cf', skin: '#eac6a1', hair: '#1f1b1a', clothes: '#9a5c58', cut: 'long' },
  ivan: { background: '#d0d0c8', skin: '#e2bb97', hair: '#8c8578', clothes: '#4a4f57', cut: 'short' },
}

const SIZE = 320

export function paintFace(name: string): Buffer | null {
  const face = FACES[name]
  if (!face) return null
  const shapes: Shape[] = [{ kind: 'rect', x: 0, y: 0, w: 100, h: 100, fill: face.background }]
  if (face.cut === 'long') shapes.push({ kind: 'rect', x: 28, y: 22, w: 44, h: 56, r: 22, fill: face.hair })
  if (face.cut === 'scarf') shapes.push({ kind: 'rect', x: 25, y: 18, w: 50, h: 90, r: 25, fill: face.hair })
  if (face.cut === 'bun') shapes.push({ kind: 'ellipse', cx: 50, cy: 19, rx: 10, ry: 9, fill: face.hair })
  shapes.push(
    { kind: 'ellipse', cx: 50, cy: 101, rx: 35, ry: 29, fill: face.clothes },
    { kind: 'rect', x: 43, y: 56, w: 14, h: 21, r: 7, fill: face.skin },
  )
  if (face.cut === 'short' || face.cut === 'bun') {
    shapes.push({ kind: 'ellipse', cx: 50, cy: 40, rx: 18.5, ry: 18, fill: face.hair })
  }
  shapes.push({ kind: 'ellipse', cx: 50, cy: 46.5, rx: 16.6, ry: 18, fill: face.skin })
  if (face.cut !== 'bald') {
    const hairline: [number, number][] = [
      [33, 44],
      [35, 31],
      [43, 25.5],
      [50, 24.5],
      [58, 25.5],
      [65, 31],
      [67, 44],
      [63, 38],
      [54, 34],
      [42, 36],
    ]
    shapes.push({ kind: 'polygon', points: hairline, fill: face.hair })
  }
  return paint(SIZE, SIZE, shapes)
}
