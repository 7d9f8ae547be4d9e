import { describe, expect, test } from 'vitest'
import { normalContactNumber } from './login-names.ts'

describe('a contact number', () => {
  test.each([
    ['+4791234567', undefined, '+4791234567'],
    ['+47 912 34 567', 'PT', '+4791234567'],
    ['00351 912-345 (678)', undefined, '+351912345678'],
    ['351912345678', undefined, '+351912345678'],
    ['912 345 678', 'PT', '+351912345678'],
    ['(0151) 234-567-89', 'de', '+4915123456789'],
    ['0151/23456789', 'DE', '+4915123456789'],
    ['+44 (0)20 7946 0958', undefined, '+442079460958'],
    ['020 7946 0958', 'GB', '+442079460958'],
    ['01149 151 23456789', 'US', '+4915123456789'],
    ['+٤٧٩١٢٣٤٥٦٧', undefined, '+4791234567'],
    ['\u202a+47 912 34 567\u202c', undefined, '+4791234567'],
  ])('%j with the country %s is %s', (text, country, number) => {
    expect(normalContactNumber(text, country)).toBe(number)
  })

  test.each([
    ['', undefined],
    ['   ', undefined],
    ['0', undefined],
    ['00', undefined],
    ['+', undefined],
    ['()', undefined],
    ['351', undefined],
    ['12345', undefined],
    ['E-17', undefined],
    ['912 345 678', undefined],
    ['912 345 678', 'XX'],
    ['+999123456789', undefined],
    ['+4791234567;ext=5', undefined],
    ['1-800-FLOWERS', 'US'],
    ['+'.repeat(50), 'US'],
    ['9'.repeat(5000), 'US'],
  ])('%j with the country %s is none', (text, country) => {
    expect(normalContactNumber(text, country)).toBe(null)
  })
})
