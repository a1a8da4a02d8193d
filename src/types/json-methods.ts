import type { AnyExpr, ArrayExpr, BoolExpr, Expr, JsonExpr, NumExpr, TextExpr } from './expr.ts'
import type { At, Step } from './json-path.ts'

type Present<V> = Exclude<V, null | undefined>

/** What lists hold; `never` for everything else. */
type ElementOf<V> = unknown extends V ? unknown : V extends readonly (infer E)[] ? E : never

/** What lists and objects hold. */
type PartOf<V> = unknown extends V ? unknown : V extends readonly (infer E)[] ? E : V[keyof V]

/** What a callback gets for an element. */
type ElementExpr<V> = JsonExpr<Present<ElementOf<V>>, null>

export interface JsonMethods<V, N extends null> {
  /** What lies at the path: names of members and positions of elements; null where there is nothing. */
  at<const P extends readonly Step[]>(...path: P): JsonExpr<Present<At<V, P>>, null>
  /**
   * The list of what lies at the path in each element of a list, or each member of an object; what has nothing there
   * is left out.
   *
   * @example
   * c.order.at('items').each('price').sum()
   */
  each<const P extends readonly Step[]>(...path: P): JsonExpr<Present<At<Present<PartOf<V>>, P>>[], null>
  eq<M extends null = never>(other: V | Expr<'json', V, M>): BoolExpr<N | M>
  /** Elements of an array; null for anything else. */
  length(): NumExpr<'int', null>
  /** The text, or null when the value is of another type; the same holds for the other `as…` methods. */
  asText(): TextExpr<null>
  asInt(): NumExpr<'int', null>
  asFloat(): NumExpr<'float', null>
  asBool(): BoolExpr<null>
  /**
   * With the value at the path, a step or a list of steps. Members that are missing on the way are made; a position is
   * one of the list or the next one after it. Null where the path leads into anything else.
   */
  set(path: Step | readonly Step[], value: unknown): JsonExpr<V, null>
  /** Without what lies at the path. */
  remove(...path: readonly Step[]): JsonExpr<V, N>
  /** The members of both objects, the other's first choice; null for anything else. */
  merge<W>(other: W | Expr<'json', W, null>): JsonExpr<V & W, null>
  /** The elements of both lists; null for anything else. */
  concat<W extends readonly unknown[]>(other: W | Expr<'json', W, null>): JsonExpr<(ElementOf<V> | W[number])[], null>
  /** The names of an object's members in the order of `jsonb`: by length, then by bytes. Null for anything else. */
  keys(): ArrayExpr<string, null>
  /** The members of an object in the order of `keys()`; null for anything else. */
  values(): JsonExpr<V[keyof V][], null>
  /** Pairs of name and member in the order of `keys()`; null for anything else. */
  entries(): JsonExpr<[string, V[keyof V]][], null>
  /** Whether a list has an element equal to the value; null for anything else. */
  contains(value: unknown): BoolExpr<null>
  /** Whether an object has the member, be it null; null for anything else. */
  has(name: string): BoolExpr<null>
  /** Whether a list or an object holds nothing; null for anything else. */
  isEmpty(): BoolExpr<null>
  /** Lists within the list replaced by their elements, one level. Null for anything else. */
  flatten(): JsonExpr<Flat<ElementOf<V>>[], null>
  /** The numbers of a list added up; null where there are none. The same holds for the other three. */
  sum(): NumExpr<'float', null>
  min(): NumExpr<'float', null>
  max(): NumExpr<'float', null>
  mean(): NumExpr<'float', null>
  /**
   * The list of what the callback gives for each element. The callback is called once, with an expression; functions
   * cannot be called for elements. Null for anything but a list.
   *
   * @throws INVALID_DECLARATION
   */
  map<X extends AnyExpr>(callback: (element: ElementExpr<V>) => X): JsonExpr<X['~wire'][], null>
  /** The elements for which the condition is true. */
  filter(callback: (element: ElementExpr<V>) => Expr<'bool', boolean, null>): JsonExpr<V, null>
  /** By what the callback gives, else by the elements themselves; null comes last. */
  sort(callback?: (element: ElementExpr<V>) => AnyExpr, direction?: 'asc' | 'desc'): JsonExpr<V, null>
}

type Flat<E> = E extends readonly (infer F)[] ? F : E
