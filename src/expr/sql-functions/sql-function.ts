/** A function of schema `cellar`. */
export interface SqlFunction {
  readonly signature: string
  readonly returns: string
  readonly body: string
  /** Stays a call: it is rare, and inlined it would make what it is part of too large to be inlined itself. */
  readonly called?: true
}

export function createSql({ signature, returns, body, called }: SqlFunction): string {
  const language = called ? 'plpgsql' : 'sql'
  const text = called ? `begin return ${body}; end` : `select ${body}`
  return `create or replace function cellar.${signature} returns ${returns}
  language ${language} immutable parallel safe cost 1 as $body$ ${text} $body$;`
}
