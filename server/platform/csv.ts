/** Cells that a spreadsheet would run as a formula, also behind quotes or spaces and in full-width form (INP-5). */
const formula = /^(?:[\t\r\n]|[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/

/** One line of a CSV file by RFC 4180. What a spreadsheet would take for a formula is led by an apostrophe. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = formula.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
}

/** A row with the line of the file it begins in, counted from 1. */
export interface CsvRow {
  line: number
  cells: string[]
}

const separators = [',', ';', '\t']

/**
 * Reads CSV text: RFC 4180 with any line ending, a byte order mark, and comma, semicolon or tab between the cells,
 * whichever the first line has most of. Empty lines are left out.
 */
export function parseCsv(text: string): CsvRow[] {
  const source = text.replace(/^\ufeff/, '')
  const separator = mostCommon(source.slice(0, source.search(/[\r\n]|$/)))
  const rows: CsvRow[] = []
  let line = 1
  let row: CsvRow = { line, cells: [] }
  let cell = ''
  let quoted = false
  const endRow = () => {
    row.cells.push(cell)
    if (row.cells.some((c) => c.trim() !== '')) rows.push(row)
    cell = ''
    row = { line, cells: [] }
  }
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string
    if (c === '\n' || (c === '\r' && source[i + 1] !== '\n')) line++
    if (quoted) {
      if (c !== '"') cell += c
      else if (source[i + 1] === '"') cell += source[i++]
      else quoted = false
    } else if (c === '"' && cell.trim() === '') {
      cell = ''
      quoted = true
    } else if (c === separator) {
      row.cells.push(cell)
      cell = ''
    } else if (c === '\n' || (c === '\r' && source[i + 1] !== '\n')) endRow()
    else if (c !== '\r') cell += c
  }
  endRow()
  return rows
}

function mostCommon(firstLine: string): string {
  const count = (separator: string) => firstLine.split(separator).length
  return separators.toSorted((a, b) => count(b) - count(a))[0] ?? ','
}
