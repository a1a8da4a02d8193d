/** Above it every double is a whole number. */
const WHOLE = 2 ** 52

/**
 * Rounds to the nearest whole number, halves up as `Math.round` does. `cellar.float_round` is the same formula.
 */
export function roundFloat(x: number): number {
  const floor = Math.floor(x)
  // The difference of a double and its floor is exact. Infinities have none; theirs is NaN, which is not at least a half.
  return x - floor >= 0.5 ? floor + 1 : floor + 0
}

/** `scale` is 10 to the number of digits, which a double holds exactly up to 22 digits. */
export function roundDigits(x: number, scale: number): number {
  return Math.abs(x) < WHOLE ? roundFloat(x * scale) / scale + 0 : x
}

export function roundTens(x: number, scale: number): number {
  return Math.abs(x) < 1 ? 0 : roundFloat(x / scale) * scale + 0
}
