/** The type that a JSON Schema literal describes; enough of JSON Schema for schemas written in place. */
export type FromSchema<S> = S extends { const: infer C }
  ? C
  : S extends { enum: readonly (infer E)[] }
    ? E
    : S extends { type: 'string' }
      ? string
      : S extends { type: 'number' | 'integer' }
        ? number
        : S extends { type: 'boolean' }
          ? boolean
          : S extends { type: 'null' }
            ? null
            : S extends { type: 'array'; items: infer I }
              ? FromSchema<I>[]
              : S extends { type: 'object'; properties: infer P }
                ? FromProperties<P, S extends { required: readonly (infer R)[] } ? R : never>
                : unknown

type FromProperties<P, R> = Flat<
  { -readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> } & {
    -readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]>
  }
>
type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never

/** What makes an object literal a JSON Schema for the type checker. */
export interface JsonSchemaLiteral {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}
