import type { Context } from 'hono'
import type { ImageRecipe } from '../../media/make-variant.ts'
import { badWord, wordsOf } from '../request/choices.ts'

const SIGNATURE = ['expires', 'signature'] as const

/** The preset that the query string names. A misspelt word would else give the original, which may be huge. */
export function presetOf(
  c: Context,
  presets: ReadonlyMap<string, ImageRecipe>,
  isSigned: boolean,
): ImageRecipe | undefined {
  const known = [...(presets.size > 0 ? (['preset'] as const) : []), ...(isSigned ? SIGNATURE : [])]
  const { preset } = wordsOf(c, known)
  if (preset === undefined) return undefined
  const recipe = presets.get(preset)
  if (recipe) return recipe
  throw badWord('preset', `must be one of ${[...presets.keys()].join(', ')}`)
}
