export interface Side {
  readonly name: string
  /** One round: gives the figure that is compared, where more is better. */
  readonly round: () => Promise<number>
}

export interface Comparison {
  readonly name: string
  readonly unit: string
  readonly goal: number
  readonly ratio: number
  readonly spread: readonly [number, number]
  readonly medians: Readonly<Record<string, number>>
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/**
 * Runs both sides in turn, after one round each that is not counted. The ratio is taken pair by pair, so that a machine
 * whose speed drifts does not decide it.
 */
export async function compare(
  name: string,
  options: {
    readonly unit: string
    readonly goal: number
    readonly rounds: number
    readonly ours: Side
    readonly theirs: Side
  },
): Promise<Comparison> {
  const { ours, theirs, rounds, unit, goal } = options
  await theirs.round()
  await ours.round()
  const pairs: [number, number][] = []
  for (let round = 0; round < rounds; round += 1) {
    // Who goes first alternates: the second of a pair may meet a warmer or a busier machine.
    if (round % 2 === 0) {
      const a = await ours.round()
      pairs.push([a, await theirs.round()])
    } else {
      const b = await theirs.round()
      pairs.push([await ours.round(), b])
    }
  }
  const ratios = pairs.map(([a, b]) => a / b)
  return {
    name,
    unit,
    goal,
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    medians: { [ours.name]: median(pairs.map(([a]) => a)), [theirs.name]: median(pairs.map(([, b]) => b)) },
  }
}

export function printComparison({ name, unit, goal, ratio, spread, medians }: Comparison): void {
  const figures = Object.entries(medians).map(([side, value]) => `${side} ${format(value)} ${unit}`)
  const verdict = ratio >= goal ? 'met' : 'MISSED'
  console.log(
    `${name}: ${ratio.toFixed(2)} × (${spread[0].toFixed(2)}–${spread[1].toFixed(2)}), goal ${goal.toFixed(2)} ${verdict}; ${figures.join(', ')}`,
  )
}

const format = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
