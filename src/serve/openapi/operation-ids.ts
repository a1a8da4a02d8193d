/** What a name is made from. */
export interface NamedRoute {
  /** Of a declared route its kind, of a hand-written one its method. */
  readonly kind: string
  readonly method: string
  readonly pattern: { readonly path: string }
}

/** Names for operations: from kind and path, so that they stay when other routes come and go; made unique by method. */
export class OperationIds {
  readonly #taken = new Set<string>()

  take(spec: NamedRoute, prefix: string): string {
    const words = pascal(spec.pattern.path)
    const wide = pascal(`${prefix}${spec.pattern.path}`)
    const method = pascal(spec.method)
    const names = [`${spec.kind}${words}`, `${spec.kind}${words}${method}`, `${spec.kind}${wide}${method}`]
    let name = names.find((candidate) => !this.#taken.has(candidate))
    for (let n = 2; name === undefined; n += 1) {
      const numbered = `${spec.kind}${wide}${method}${n}`
      if (!this.#taken.has(numbered)) name = numbered
    }
    this.#taken.add(name)
    return name
  }
}

function pascal(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) =>
      segment.startsWith(':') ? `By${words(segment.slice(1).replace(/\{.*$|\?$/, ''))}` : words(segment),
    )
    .join('')
}

function words(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
