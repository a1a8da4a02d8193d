/** A name of a member or a position of an element. */
export type Step = string | number

/** What lies at a path inside JSON of type `V`; `undefined` where the type has nothing there. */
export type At<V, P extends readonly Step[]> = unknown extends V
  ? unknown
  : P extends readonly [infer K, ...infer Rest extends readonly Step[]]
    ? At<Member<NonNullable<V>, K>, Rest>
    : V

type Member<V, K> = V extends readonly (infer E)[]
  ? K extends number
    ? E
    : undefined
  : K extends keyof V
    ? V[K]
    : undefined
