import { types } from '../../types/kinds.ts'
import type { TextCaseMethods, TextShapeMethods } from '../../types/text-methods.ts'
import { literalNode } from '../literal-node.ts'
import type { OperationName } from '../operations/table.ts'
import type { Members } from './base.ts'
import { TextPartBuilder } from './text-parts.ts'

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD']

export abstract class TextShapeBuilder
  extends TextPartBuilder
  implements Members<TextCaseMethods<never> & TextShapeMethods<never>>
{
  capitalize() {
    return this.apply('text.capitalize')
  }

  title() {
    return this.apply('text.title')
  }

  swapCase() {
    return this.apply('text.swap-case')
  }

  foldCase() {
    return this.apply('text.fold-case')
  }

  isAlpha() {
    return this.apply('text.is-alpha')
  }

  isAlphanumeric() {
    return this.apply('text.is-alphanumeric')
  }

  isDigit() {
    return this.apply('text.is-digit')
  }

  isNumeric() {
    return this.apply('text.is-numeric')
  }

  isSpace() {
    return this.apply('text.is-space')
  }

  isAscii() {
    return this.apply('text.is-ascii')
  }

  isLower() {
    return this.apply('text.is-lower')
  }

  isUpper() {
    return this.apply('text.is-upper')
  }

  isTitle() {
    return this.apply('text.is-title')
  }

  isIdentifier() {
    return this.apply('text.is-identifier')
  }

  padStart(width: unknown, fill: unknown = ' ') {
    return this.#pad('padStart', 'text.pad-start', width, fill)
  }

  padEnd(width: unknown, fill: unknown = ' ') {
    return this.#pad('padEnd', 'text.pad-end', width, fill)
  }

  center(width: unknown, fill: unknown = ' ') {
    return this.#pad('center', 'text.center', width, fill)
  }

  zeroPad(width: unknown) {
    return this.apply('text.zero-pad', this.whole('zeroPad', 'width', width))
  }

  reverse() {
    return this.apply('text.reverse')
  }

  repeat(times: unknown) {
    return this.apply('text.repeat', this.operand('repeat', times, types.int))
  }

  splitLines() {
    return this.apply('text.split-lines')
  }

  wrapLines(width: unknown) {
    return this.apply('text.wrap-lines', this.whole('wrapLines', 'width', width, 1))
  }

  normalize(form: unknown = 'NFC') {
    if (typeof form !== 'string' || !FORMS.includes(form))
      throw this.refused('normalize', `its form is one of ${FORMS.join(', ')}`)
    return this.apply('text.normalize', literalNode(form, types.string))
  }

  #pad(method: string, operation: OperationName, width: unknown, fill: unknown) {
    return this.apply(operation, this.whole(method, 'width', width), this.operand(method, fill, types.string))
  }
}
