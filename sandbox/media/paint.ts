import { deflateSync } from 'node:zlib'

/** A shape on a canvas of 100 units' width; `alpha` below 1 lets through what lies beneath. */
export type Shape =
  | { kind: 'rect'; x: number; y: number; w: number; h: number; r?: number; fill: string; alpha?: number }
  | { kind: 'ellipse'; cx: number; cy: number; rx: number; ry: number; fill: string; alpha?: number }
  | { kind: 'polygon'; points: [number, number][]; fill: string; alpha?: number }

interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

function boxOf(shape: Shape): Box {
  if (shape.kind === 'rect') return { left: shape.x, top: shape.y, right: shape.x + shape.w, bottom: shape.y + shape.h }
  if (shape.kind === 'ellipse') {
    return {
      left: shape.cx - shape.rx,
      top: shape.cy - shape.ry,
      right: shape.cx + shape.rx,
      bottom: shape.cy + shape.ry,
    }
  }
  const xs = shape.points.map((point) => point[0])
  const ys = shape.points.map((point) => point[1])
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
}

function inside(shape: Shape, x: number, y: number): boolean {
  if (shape.kind === 'ellipse') return ((x - shape.cx) / shape.rx) ** 2 + ((y - shape.cy) / shape.ry) ** 2 <= 1
  if (shape.kind === 'polygon') return insidePolygon(shape.points, x, y)
  const dx = Math.abs(x - shape.x - shape.w / 2) - shape.w / 2
  const dy = Math.abs(y - shape.y - shape.h / 2) - shape.h / 2
  const r = Math.min(shape.r ?? 0, shape.w / 2, shape.h / 2)
  if (dx > 0 || dy > 0) return false
  return dx <= -r || dy <= -r || (dx + r) ** 2 + (dy + r) ** 2 <= r ** 2
}

function insidePolygon(points: [number, number][], x: number, y: number): boolean {
  let odd = false
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [xi, yi] = points[i] as [number, number]
    const [xj, yj] = points[j] as [number, number]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
  }
  return odd
}

const SAMPLES = [0.125, 0.375, 0.625, 0.875]
const CORNERS = [0.125, 0.875]

/** How many of a pixel's 16 samples the shape covers; its corners alone decide for most pixels. */
function covered(shape: Shape, column: number, row: number, scale: number): number {
  const count = (steps: number[]): number => {
    let hits = 0
    for (const dy of steps)
      for (const dx of steps) if (inside(shape, (column + dx) * scale, (row + dy) * scale)) hits += 1
    return hits
  }
  const corners = count(CORNERS)
  if (corners === 4) return 16
  return corners === 0 ? 0 : count(SAMPLES)
}

/** Paints the shapes one over the other, edges smoothed, and returns a PNG of `width` by `height` pixels. */
export function paint(width: number, height: number, shapes: Shape[]): Buffer {
  const scale = 100 / width
  const pixels = Buffer.alloc(width * height * 3, 255)
  for (const shape of shapes) {
    const colour = Number.parseInt(shape.fill.slice(1), 16)
    const rgb = [colour >> 16, (colour >> 8) & 255, colour & 255]
    const box = boxOf(shape)
    const lastRow = Math.min(height - 1, Math.ceil(box.bottom / scale))
    const lastColumn = Math.min(width - 1, Math.ceil(box.right / scale))
    for (let row = Math.max(0, Math.floor(box.top / scale)); row <= lastRow; row += 1) {
      for (let column = Math.max(0, Math.floor(box.left / scale)); column <= lastColumn; column += 1) {
        const hits = covered(shape, column, row, scale)
        if (hits === 0) continue
        const cover = (hits / 16) * (shape.alpha ?? 1)
        const offset = (row * width + column) * 3
        for (let channel = 0; channel < 3; channel += 1) {
          const below = pixels[offset + channel] ?? 0
          pixels[offset + channel] = Math.round(below + ((rgb[channel] ?? 0) - below) * cover)
        }
      }
    }
  }
  return png(width, height, pixels)
}

const CRC_TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  let crc = 0xffffffff
  for (const byte of body) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4)
  return framed
}

function png(width: number, height: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const rows = Buffer.alloc((width * 3 + 1) * height)
  for (let row = 0; row < height; row += 1) {
    pixels.copy(rows, row * (width * 3 + 1) + 1, row * width * 3, (row + 1) * width * 3)
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
