import { randomUUID } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import type { Session } from '../database/database.ts'
import { sendDelivery } from './boss.ts'
import type { Job } from './job.ts'
import { insertJob } from './records.ts'

/** Queues the telling of ends that somebody wants to be told, in the transaction that ends the jobs. */
export async function queueWebhooks(boss: PgBoss, session: Session, ended: readonly Job[]): Promise<void> {
  for (const { id: job, prefix, route, principal, webhook } of ended) {
    if (!webhook) continue
    const id = randomUUID()
    const named = { prefix: prefix ?? undefined, route: route ?? undefined, principal: principal ?? undefined }
    await insertJob(session, { id, kind: 'webhook', payload: { job }, ...named })
    await sendDelivery(boss, session, { id, kind: 'webhook' })
  }
}
