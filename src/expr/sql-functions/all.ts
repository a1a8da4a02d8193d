import { ARRAYS } from './arrays.ts'
import { FLOAT_SUM, FLOATS } from './floats.ts'
import { INTS } from './ints.ts'
import { JSONS } from './jsons.ts'
import { MEDIA } from './media.ts'
import { createSql } from './sql-function.ts'
import { TEXT_SHAPES } from './text-shapes.ts'
import { TEXTS } from './texts.ts'
import { TIMES } from './times.ts'
import { UUIDS } from './uuids.ts'

/**
 * The functions of schema `cellar` that expressions compile to. Each gives the answer of JavaScript for all operands
 * and raises no error, also while Postgres plans: it evaluates what depends on constants only, so that each operand is
 * guarded by a condition of its own before it is scaled. They are simple SQL expressions, so that Postgres inlines
 * them; `cost 1` lets it inline one in another. They can be created again at any time, therefore none ever changes its
 * signature.
 */
export const SQL_FUNCTIONS: string = [
  ...[...INTS, ...FLOATS, ...TEXTS, ...TEXT_SHAPES, ...JSONS, ...ARRAYS, ...TIMES, ...MEDIA, ...UUIDS].map(createSql),
  FLOAT_SUM,
].join('\n')
