/** What a value is, for messages; never the value itself, which may be private or long. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? 'a number' : 'infinite'
    case 'bigint':
      return 'a bigint'
    case 'boolean':
      return 'a boolean'
    case 'object':
      return describeObject(value)
    default:
      return typeof value
  }
}

function describeObject(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `a ${name}` : 'an object'
}
