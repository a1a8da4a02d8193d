import { expect, test } from 'vitest'
import { defineTable } from '../../schema/define-table.ts'
import { t } from '../../types/t.ts'
import { stateOf } from '../router-state.ts'
import { TableRouter } from '../table-router.ts'
import { openapiDocument } from './document.ts'

const notes = defineTable('notes', { id: t.int().primaryKey() })

test('the words of jobs, their pages and their events are described', () => {
  const jobs = { maxQueuedPerUser: 1 }
  const router = new TableRouter({ prefix: '/api', auth: () => null, jobs }).addInsertRoute(notes, {
    path: '/notes',
    background: true,
  })
  const { paths } = openapiDocument([stateOf(router)]) as unknown as {
    paths: Record<string, Record<string, Operation>>
  }
  const words = (path: string) => paths[path]?.get?.parameters.map(({ name }) => name)
  expect([words('/api/jobs'), words('/api/jobs/{id}')]).toEqual([
    ['state', 'limit', 'after'],
    ['id', 'wait'],
  ])
  expect(paths['/api/jobs']?.get?.responses).toMatchObject({
    200: { headers: { Link: {} }, content: { 'application/json': { schema: { required: ['jobs', 'next'] } } } },
    422: {},
  })
  const { content } = paths['/api/jobs/{id}']?.get?.responses[200] ?? {}
  expect(Object.keys(content ?? {})).toEqual(['application/json', 'text/event-stream'])
  expect(paths['/api/notes']?.post?.responses).toHaveProperty('429')
})

interface Operation {
  readonly parameters: readonly { readonly name: string }[]
  readonly responses: Readonly<Record<number, { readonly content?: object }>>
}
