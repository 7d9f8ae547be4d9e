import { expect, it } from 'vitest'
import { auditActions } from '../../shared/audit.ts'
import { actionWords, auditText } from './text.ts'

it.each(auditActions)('%s is said in words', (action) => expect(auditText.actions[action]).toBeTruthy())

it('an action of a newer version still says something', () =>
  expect(actionWords('page.was_renamed')).toBe('page was renamed'))
