import { defineTable, t, uuid7 } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'
import { api } from './cellar-app.ts'

const files = defineTable('files', { id: t.uuid().primaryKey().default(uuid7()), file: t.document() })
const uploads = new TableRouter({ prefix: '/files' }).addInsertRoute(files, {
  path: '/',
  uploadInputs: ['file'],
  outputs: ['id'],
})

await serveMeasured([api, uploads])
