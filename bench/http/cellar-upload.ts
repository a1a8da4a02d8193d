import { defineTable, t, uuid7 } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'

const files = defineTable('files', { id: t.uuid().primaryKey().default(uuid7()), file: t.document() })
const api = new TableRouter({ limits: { file: 4 * 1024 ** 3, form: 4 * 1024 ** 3 } }).addInsertRoute(files, {
  path: '/files',
  uploadInputs: ['file'],
})

await serveMeasured([api])
