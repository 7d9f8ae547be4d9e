/** A file to save, made here. */
export const csvFile = (lines: string[][]) =>
  `data:text/csv;charset=utf-8,${encodeURIComponent(lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join(''))}`

/** A spreadsheet takes cells that begin like this for formulas; what people are called must not be run. */
function cell(value: string): string {
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
