import { expect, it } from 'vitest'
import { permissionCodes } from '../../shared/permissions.ts'
import { permissionGroups } from './permission-groups.ts'

it('every permission can be given on the screen, and each stands there once', () => {
  const shown = permissionGroups.flatMap(({ codes }) => codes)
  expect(shown.toSorted()).toEqual(permissionCodes.toSorted())
})
