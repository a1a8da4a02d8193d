import type { Context } from 'hono'
import type { ImageRecipe } from '../../media/make-variant.ts'
import { badWord, queryOf } from '../request/choices.ts'

/** The preset that the query string names. A misspelt word would else give the original, which may be huge. */
export function presetOf(
  c: Context,
  presets: ReadonlyMap<string, ImageRecipe>,
  isSigned: boolean,
): ImageRecipe | undefined {
  if (!c.req.url.includes('?')) return undefined
  const given = queryOf(c)
  const known = [...(presets.size > 0 ? ['preset'] : []), ...(isSigned ? ['expires', 'signature'] : [])]
  for (const [word, texts] of given) {
    if (!known.includes(word)) throw badWord(word, known.length === 0 ? 'is unknown' : `is none of ${known.join(', ')}`)
    if (texts.length > 1) throw badWord(word, 'is given twice')
  }
  const name = given.get('preset')?.[0]
  if (name === undefined) return undefined
  const recipe = presets.get(name)
  if (recipe) return recipe
  throw badWord('preset', `must be one of ${[...presets.keys()].join(', ')}`)
}
