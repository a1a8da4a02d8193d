import { InvalidArgumentError } from 'commander'

export function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new InvalidArgumentError('It has to be a whole number, 0 or more.')
}
