import type { Make, Makers, MakersByKind } from './make.ts'

const WIDTHS = [0, 1, 2, 5, 9]

/** The methods of text that have SQL, by the kind of what they give. */
export function textExpressions({ pick, expression, operand, method }: Makers): MakersByKind {
  const padded: Make = (draw, depth) => {
    const name = pick(draw, ['padStart', 'padEnd', 'center'])
    const fill = pick(draw, [undefined, '', 'ab', '😀', operand(draw, 'string', depth)])
    return expression(draw, 'string', depth)[name](pick(draw, WIDTHS), fill)
  }
  const zeroPadded: Make = (draw, depth) => {
    const digits = pick(draw, ['string', 'int'] as const)
    const text = expression(draw, digits, depth)
    return (digits === 'int' ? text.toText() : text).zeroPad(pick(draw, WIDTHS))
  }
  const repeated: Make = (draw, depth) =>
    expression(draw, 'string', depth).repeat(pick(draw, [0, 1, 2, -1, 2 ** 40, -(2 ** 40), 1_000_000]))
  const limited: Make = (draw, depth) =>
    expression(draw, 'string', depth)[pick(draw, ['split', 'splitEnd'])](
      operand(draw, 'string', depth),
      pick(draw, [1, 2, 3, 9]),
    )
  const spliced: Make = (draw, depth) => {
    const bound = () => pick(draw, [0, 1, -1, 3, -3, 2 ** 40, expression(draw, 'int', depth)])
    return expression(draw, 'string', depth).replaceSlice(bound(), bound(), operand(draw, 'string', depth))
  }
  return {
    bool: [method('string', ['isSpace', 'isAscii'])],
    int: [method('string', ['count', 'indexOf', 'lastIndexOf'], 'string')],
    string: [
      method('string', ['before', 'after', 'beforeLast', 'afterLast'], 'string'),
      method('string', ['removePrefix', 'removeSuffix'], 'string'),
      method('string', ['reverse']),
      method('string', ['trim', 'trimStart', 'trimEnd'], 'string'),
      spliced,
      padded,
      zeroPadded,
      repeated,
    ],
    strings: [method('string', ['split', 'partition', 'partitionLast'], 'string'), limited],
  }
}
