import { expect, it } from 'vitest'
import { routes } from '../server/api.ts'
import { bootTestApp } from './boot.ts'

interface Operation {
  summary: string
  description: string
  parameters?: { name: string; in: string }[]
  requestBody?: unknown
  responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }> }>
}

it('the API document tells of every route what it takes, what it gives and how it refuses', async () => {
  const app = await bootTestApp()
  const document = (await app.http.inject({ url: '/api/openapi.json' })).json()
  expect(document.openapi).toMatch(/^3\.1\./)
  for (const route of routes) {
    const told = `${route.method} ${route.path}`
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const operation: Operation = document.paths[path]?.[route.method.toLowerCase()]
    expect(operation?.summary, told).toBe(route.summary)
    expect(operation.description, told).toContain('Permission: ')
    for (const [, name] of path.matchAll(/\{(\w+)\}/g))
      expect(operation.parameters, told).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }))
    expect(Boolean(operation.requestBody), told).toBe('body' in route && Boolean(route.body))
    const success = Object.keys(operation.responses).filter((status) => status.startsWith('2'))
    expect(success, told).toEqual([String(('status' in route && route.status) || (route.response ? 200 : 204))])
    const refusal = operation.responses['4XX']?.content?.['application/json']?.schema
    expect(refusal?.properties, told).toHaveProperty('error')
  }
  await app.close()
})
