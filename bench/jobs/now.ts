/** Milliseconds of the clock that all processes of a machine share, with fractions. */
export const now = (): number => performance.timeOrigin + performance.now()
