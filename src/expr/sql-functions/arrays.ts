import type { SqlFunction } from './sql-function.ts'

export const ARRAYS: readonly SqlFunction[] = [
  {
    // The subscript of a position that counts from 0, or from the end when negative; null outside.
    signature: 'array_place(place int8, size int4)',
    returns: 'int4',
    body: `case when place between 0 and size - 1 then least(place, 2147483646)::int4 + 1
      when place between -size and -1 then (size + place)::int4 + 1 end`,
  },
]
