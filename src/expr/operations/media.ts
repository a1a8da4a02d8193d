import { types } from '../../types/kinds.ts'
import type { Media } from '../../types/media.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

type AnyMedia = Media<string>

/** Media kept by reference to an external URL have no known hash and type. */
export const MEDIA_OPERATIONS = {
  'media.url': strict({
    type: types.string,
    sql: (a) => sql`(${a}::text collate "C")`,
    js: (a: AnyMedia) => a.url,
  }),
  'media.sha256': strict({
    type: types.string,
    nulls: 'always',
    sql: (a) => sql`(cellar.media_sha256(${a}) collate "C")`,
    js: (a: AnyMedia) => a.sha256,
  }),
  /** Which type an extension stands for is known to JavaScript only. */
  'media.mime': strict({ type: types.string, nulls: 'always', sql: null, js: (a: AnyMedia) => a.mime }),
} satisfies Record<string, Operation>
