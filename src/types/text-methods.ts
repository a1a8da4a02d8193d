import type { ArrayExpr, BoolExpr, Expr, NumExpr, TextExpr } from './expr.ts'

export type TextOperand<M extends null> = string | Expr<'string', string, M>

/** The Unicode normalization forms. */
export type NormalizationForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

/**
 * A regular expression: its source, or a literal with the flags i, m and s. It is run in time linear to the text;
 * look-around and back-references, which cannot be, are refused with INVALID_DECLARATION.
 */
export type Pattern = string | RegExp

export interface TextEditMethods<N extends null> {
  /** In lower case, by the rules of Unicode. */
  lower(): TextExpr<N>
  /** In upper case, by the rules of Unicode. */
  upper(): TextExpr<N>
  /** Replaces the first occurrence; an empty text does not occur. */
  replace<M extends null = never>(find: TextOperand<M>, by: TextOperand<M>): TextExpr<N | M>
  /** Replaces all occurrences. */
  replaceAll<M extends null = never>(find: TextOperand<M>, by: TextOperand<M>): TextExpr<N | M>
  /** The characters from `start` up to, not including, `end`; negative positions count from the end. */
  slice(
    start: number | Expr<'int' | 'float', number, never>,
    end?: number | Expr<'int' | 'float', number, never>,
  ): TextExpr<N>
  /** The part occurs in the text. */
  contains<M extends null = never>(part: TextOperand<M>): BoolExpr<N | M>
  /** The text starts with the part. */
  startsWith<M extends null = never>(part: TextOperand<M>): BoolExpr<N | M>
  /** The text ends with the part. */
  endsWith<M extends null = never>(part: TextOperand<M>): BoolExpr<N | M>
  /** `%` stands for any text, `_` for one character, `\` takes the next one literally. */
  like<M extends null = never>(pattern: TextOperand<M>): BoolExpr<N | M>
  /** The number of characters. */
  length(): NumExpr<'int', N>
  /** The MD5 of the UTF-8 bytes, in hex: to sort or divide rows evenly, never to keep a secret. */
  md5(): TextExpr<N>
  /** The text followed by the parts. */
  concat<M extends null = never>(...parts: readonly TextOperand<M>[]): TextExpr<N | M>
}

export interface TextCaseMethods<N extends null> {
  /** The first character in upper case, the others in lower case. */
  capitalize(): TextExpr<N>
  /** Each word capitalized: words are letters, digits and apostrophes that follow a letter. */
  title(): TextExpr<N>
  /** Upper case characters in lower case, and the reverse. */
  swapCase(): TextExpr<N>
  /** Equal for texts that differ in case only: to compare without regard to it. */
  foldCase(): TextExpr<N>
  /** At least one character, and letters only. */
  isAlpha(): BoolExpr<N>
  /** At least one character, and letters and numbers only. */
  isAlphanumeric(): BoolExpr<N>
  /** At least one character, and decimal digits of any script only. */
  isDigit(): BoolExpr<N>
  /** At least one character, and numbers only, fractions and Roman ones included. */
  isNumeric(): BoolExpr<N>
  /** At least one character, and white space only. */
  isSpace(): BoolExpr<N>
  /** No character beyond ASCII. */
  isAscii(): BoolExpr<N>
  /** Has letters with case, and all of them are lower case. */
  isLower(): BoolExpr<N>
  /** Has letters with case, and all of them are upper case. */
  isUpper(): BoolExpr<N>
  /** Has letters with case, and is what `title` makes of it. */
  isTitle(): BoolExpr<N>
  /** A name as JavaScript has them: a letter, `_` or `$`, then also digits; keywords included. */
  isIdentifier(): BoolExpr<N>
}

export interface TextSearchMethods<N extends null> {
  /** Occurrences that do not overlap; 0 for an empty text. */
  count<M extends null = never>(part: TextOperand<M>): NumExpr<'int', N | M>
  /** The position of the first occurrence, -1 where there is none. */
  indexOf<M extends null = never>(part: TextOperand<M>): NumExpr<'int', N | M>
  /** The position of the last occurrence, -1 where there is none. */
  lastIndexOf<M extends null = never>(part: TextOperand<M>): NumExpr<'int', N | M>
  /** What precedes the first occurrence; null where there is none. */
  before<M extends null = never>(separator: TextOperand<M>): TextExpr<null>
  /** What follows the first occurrence; null where there is none. */
  after<M extends null = never>(separator: TextOperand<M>): TextExpr<null>
  /** What precedes the last occurrence; null where there is none. */
  beforeLast<M extends null = never>(separator: TextOperand<M>): TextExpr<null>
  /** What follows the last occurrence; null where there is none. */
  afterLast<M extends null = never>(separator: TextOperand<M>): TextExpr<null>
  /** Without the prefix where it starts with it. */
  removePrefix<M extends null = never>(prefix: TextOperand<M>): TextExpr<N | M>
  /** Without the suffix where it ends with it. */
  removeSuffix<M extends null = never>(suffix: TextOperand<M>): TextExpr<N | M>
}

/** Widths are whole numbers from 0 to 1,000,000, others are refused with INVALID_DECLARATION. */
export interface TextShapeMethods<N extends null> {
  /** At least `width` characters, filled at the start with `fill`, a space when left out. */
  padStart<M extends null = never>(width: number, fill?: TextOperand<M>): TextExpr<N | M>
  /** At least `width` characters, filled at the end with `fill`, a space when left out. */
  padEnd<M extends null = never>(width: number, fill?: TextOperand<M>): TextExpr<N | M>
  /** Filled at both ends; where they cannot be equal, the end gets one more. */
  center<M extends null = never>(width: number, fill?: TextOperand<M>): TextExpr<N | M>
  /** Zeros before the digits, after a sign. */
  zeroPad(width: number): TextExpr<N>
  /** The characters in reverse order. */
  reverse(): TextExpr<N>
  /** Empty for 0 times and fewer; null where it would have more than 1,000,000 characters. */
  repeat(times: number | Expr<'int', number>): TextExpr<null>
  /** The lines without their ends; none for an empty text. */
  splitLines(): ArrayExpr<string, N>
  /** Lines of at most `width` characters, broken at white space where possible. */
  wrapLines(width: number): ArrayExpr<string, N>
  /** The Unicode normal form, NFC when left out. */
  normalize(form?: NormalizationForm): TextExpr<N>
}

export interface TextPartMethods<N extends null> {
  /** Without white space at both ends, or without the given characters, in whatever order they stand there. */
  trim<M extends null = never>(characters?: TextOperand<M>): TextExpr<N | M>
  /** The same at the start only. */
  trimStart<M extends null = never>(characters?: TextOperand<M>): TextExpr<N | M>
  /** The same at the end only. */
  trimEnd<M extends null = never>(characters?: TextOperand<M>): TextExpr<N | M>
  /** The parts between the separators, the whole for an empty one; at most `limit` parts, the last with the rest. */
  split<M extends null = never>(separator: TextOperand<M>, limit?: number): ArrayExpr<string, N | M>
  /** The last `limit` parts at most, the first of them with the rest. */
  splitEnd<M extends null = never>(separator: TextOperand<M>, limit: number): ArrayExpr<string, N | M>
  /** What precedes the first occurrence, the separator, what follows; the whole and two empty texts where there is none. */
  partition<M extends null = never>(separator: TextOperand<M>): ArrayExpr<string, N | M>
  /** The same at the last occurrence; two empty texts and the whole where there is none. */
  partitionLast<M extends null = never>(separator: TextOperand<M>): ArrayExpr<string, N | M>
  /** With other text in place of what `slice(start, end)` gives. */
  replaceSlice<M extends null = never>(
    start: number | Expr<'int' | 'float', number, never>,
    end: number | Expr<'int' | 'float', number, never>,
    by: TextOperand<M>,
  ): TextExpr<N | M>
}

export interface TextPatternMethods<N extends null> {
  /** The pattern occurs in the text. */
  matches(pattern: Pattern): BoolExpr<N>
  /** The pattern is the whole text. */
  fullMatch(pattern: Pattern): BoolExpr<N>
  /** Replaces all matches; in `by`, `$1` and `$<name>` stand for groups, `$&` for the match, `$$` for `$`. */
  replaceMatches<M extends null = never>(pattern: Pattern, by: TextOperand<M>): TextExpr<N | M>
  /** All matches, in order. */
  findAll(pattern: Pattern): ArrayExpr<string, N>
  /** A group of the first match by number or name, the whole match when left out; null where there is none. */
  extract(pattern: Pattern, group?: number | string): TextExpr<null>
  /** The groups of the first match, null for those without part in it; null without a match. */
  matchGroups(pattern: Pattern): ArrayExpr<string | null, null>
}

export interface TextMethods<N extends null>
  extends TextEditMethods<N>,
    TextCaseMethods<N>,
    TextSearchMethods<N>,
    TextShapeMethods<N>,
    TextPartMethods<N>,
    TextPatternMethods<N> {}
