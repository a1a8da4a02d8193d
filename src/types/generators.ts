/** Makes a value for each row that is given none. */
export interface Generator<out V> {
  readonly '~generates': V
}
