import type { SqlFunction } from './sql-function.ts'

export const MEDIA: readonly SqlFunction[] = [
  {
    signature: 'media_sha256(x text)',
    returns: 'text',
    body: `case when starts_with(x, 'cellar:') then substr(x, 8, 64) end`,
  },
]
