import type { ByteSource } from '../byte-source.ts'
import type { MediaFacts } from '../stored-media.ts'
import { CUT_OFF, damaged } from './damaged.ts'

const HEAD = 64 * 1024
const ROOT = /<((?:[\w-]+:)?svg)\b([^>]*)>/i

/** The size when the root gives it in pixels or as a view box; a drawing without one has no size. */
export async function inspectSvg(source: ByteSource): Promise<MediaFacts> {
  const [match, name = '', attributes = ''] = ROOT.exec((await source.read(0, HEAD)).toString('latin1')) ?? []
  if (match === undefined) throw damaged('SVG', 'its root element is missing')
  const tail = (await source.read(Math.max(0, source.size - HEAD), HEAD)).toString('latin1')
  if (!attributes.endsWith('/') && !tail.includes(`</${name}`)) throw damaged('SVG', CUT_OFF)
  const [, , , boxWidth, boxHeight] =
    /\bviewBox\s*=\s*["']\s*(\S+?)[\s,]+(\S+?)[\s,]+(\S+?)[\s,]+(\S+?)\s*["']/.exec(attributes) ?? []
  const width = length(attributes, 'width') ?? positive(boxWidth)
  const height = length(attributes, 'height') ?? positive(boxHeight)
  return width === undefined || height === undefined ? {} : { width, height }
}

function length(attributes: string, name: string): number | undefined {
  return positive(new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']\\s*([\\d.]+)(?:px)?\\s*["']`).exec(attributes)?.[1])
}

function positive(text: string | undefined): number | undefined {
  const value = Math.round(Number(text))
  return value > 0 && Number.isSafeInteger(value) ? value : undefined
}
