import type { CellarError } from 'cellar'

/** The error that the promise ends with. */
export const failure = (promise: Promise<unknown>): Promise<CellarError> =>
  promise.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: CellarError) => error,
  )
