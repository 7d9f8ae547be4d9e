import { describe, expect, test } from 'vitest'
import { csvLine, parseCsv } from './csv.ts'

describe('a CSV file that goes out', () => {
  test.each(['=1+1', '+47', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '"=1', "'=1", '\uff1d1', '\uff20x', '\u00a0+1'])(
    'INP-5: has no formula in it: %j',
    (cell) => {
      expect(parseCsv(csvLine([cell, 'x']))[0]?.cells).toEqual([`'${cell}`, 'x'])
    },
  )

  test('keeps other text as it is', () => {
    const cells = ['a,b', 'say "so"', 'two\r\nlines', ' led', 'e-mail@example.com', 'a=b', '']
    expect(parseCsv(csvLine(cells))[0]?.cells).toEqual(cells)
    expect(csvLine([null, 5, -5])).toBe(',5,-5\r\n')
  })
})

describe('a CSV file that comes in', () => {
  test.each([
    ['name,email\na,b', ','],
    ['\ufeffname;email\r\na;b\r\n', ';'],
    ['name\temail\ra\tb', 'tab'],
    ['\n\nname,email\n , \n"a",b\n\n', ','],
  ])('is read whatever its form: %j', (text) => {
    expect(parseCsv(text.replace(/^\n+/, '')).map((r) => r.cells)).toEqual([
      ['name', 'email'],
      ['a', 'b'],
    ])
  })

  test('knows the line each row begins in', () => {
    expect(parseCsv('a,b\n\n"1\n2",3\n4,5')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 3, cells: ['1\n2', '3'] },
      { line: 5, cells: ['4', '5'] },
    ])
  })
})
