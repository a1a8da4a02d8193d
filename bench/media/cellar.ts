import { defineTable, t } from 'cellar'
import { TableRouter } from 'cellar/serve'
import { serveMeasured } from '../support/serve-measured.ts'

const photos = defineTable('photos', { id: t.int().primaryKey(), photo: t.image() })
const api = new TableRouter().addInsertRoute(photos, { path: '/photos', uploadInputs: ['photo'] })

await serveMeasured([api])
