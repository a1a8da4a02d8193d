import type { Progress } from 'cellar'

const WIDTH = 24
const REDRAW_MILLISECONDS = 100

/** A line with rate and remaining time on a terminal; nothing elsewhere. */
export function createProgressBar(label: string, stream: NodeJS.WriteStream = process.stderr) {
  const start = performance.now()
  let drawn = 0
  const draw = ({ done, total }: Progress) => {
    const seconds = (performance.now() - start) / 1000
    const rate = done / Math.max(seconds, 0.001)
    const known = total !== undefined && total > 0
    const filled = known ? Math.round((done / total) * WIDTH) : 0
    const bar = known ? ` ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total}` : ` ${done}`
    const eta = known && rate > 0 ? ` ETA ${formatSeconds((total - done) / rate)}` : ''
    stream.write(`\r\u001b[K${label}${bar} ${rate.toFixed(rate < 10 ? 1 : 0)}/s${eta}`)
    drawn = performance.now()
  }
  return {
    update(progress: Progress): void {
      if (stream.isTTY && performance.now() - drawn > REDRAW_MILLISECONDS) draw(progress)
    },
    end(): void {
      if (stream.isTTY && drawn > 0) stream.write('\r\u001b[K')
    },
  }
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`
}
