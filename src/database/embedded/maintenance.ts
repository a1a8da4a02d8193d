import { Buffer } from 'node:buffer'
import { frames, queryMessage } from './frames.ts'

/** What the background processes of a server do, and PGlite has none of: checkpoints, VACUUM, ANALYZE. */

/** Bytes of log after which a checkpoint lets go of it. */
const LOG_LIMIT = 64 * 1024 * 1024
/** Units after which the log is measured. */
const UNITS_BETWEEN = 64
/** Milliseconds. */
const TIME_BETWEEN = 15_000

const LOG_SIZE = 'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::int8 from pg_control_checkpoint()'

/** The thresholds are those of autovacuum's defaults. */
const TIRED_TABLES = `select format('%I.%I', schemaname, relname) from pg_stat_user_tables t
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup
     or n_ins_since_vacuum > 1000 + 0.2 * n_live_tup`

export interface Runner {
  /** Runs the body in a turn of its own. */
  inTurn(body: (run: (batch: Buffer<ArrayBuffer>) => Promise<Uint8Array>) => Promise<void>): Promise<void>
  /** True when somebody waits for a turn. */
  contended(): boolean
}

export class Maintenance {
  readonly #runner: Runner
  #units = 0
  #running = false
  #timer: NodeJS.Timeout | undefined
  #postponed = 0

  constructor(runner: Runner) {
    this.#runner = runner
  }

  /** To be told after each unit. */
  unitDone(): void {
    this.#units++
    if (this.#units % UNITS_BETWEEN === 0) this.#start(() => this.#checkpoint())
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#start(() => this.#tidy())
    }, TIME_BETWEEN)
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#running = true
  }

  #start(work: () => Promise<void>): void {
    if (this.#running) return
    this.#running = true
    work()
      // What fails here (a full disk, a table that was dropped) fails the next user too, and is reported there.
      .catch(() => {})
      .finally(() => {
        this.#running = false
      })
  }

  #checkpoint(): Promise<void> {
    return this.#runner.inTurn(async (run) => {
      const [size] = values(await run(queryMessage(LOG_SIZE)))
      if (Number(size) > LOG_LIMIT) await run(queryMessage('checkpoint'))
    })
  }

  async #tidy(): Promise<void> {
    await this.#checkpoint()
    if (this.#runner.contended() && this.#postponed++ < 8) return
    this.#postponed = 0
    let tables: readonly string[] = []
    await this.#runner.inTurn(async (run) => {
      tables = values(await run(queryMessage(TIRED_TABLES)))
    })
    for (const table of tables) {
      await this.#runner.inTurn(async (run) => {
        await run(queryMessage(`vacuum (analyze) ${table}`))
      })
    }
  }
}

const DATA_ROW = 0x44

/** The first column of each row. */
function values(answer: Uint8Array): string[] {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)
  const found: string[] = []
  for (const { type, start } of frames(bytes)) {
    if (type !== DATA_ROW) continue
    const length = bytes.readInt32BE(start + 7)
    found.push(bytes.toString('utf8', start + 11, start + 11 + length))
  }
  return found
}
