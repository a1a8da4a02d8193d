import type { JobQueue } from '../../jobs/job-queue.ts'
import type { RouteSpec } from '../route-spec.ts'
import type { RouterState } from '../router-state.ts'

const routers = new WeakMap<JobQueue, Set<RouterState>>()

export const routeKey = (spec: RouteSpec): string => `${spec.method.toUpperCase()} ${spec.pattern.path}`

/** True for the first router of a queue in this process. */
export function addRouter(queue: JobQueue, state: RouterState): boolean {
  const known = routers.get(queue)
  if (known) known.add(state)
  else routers.set(queue, new Set([state]))
  return known === undefined
}

export function leaveJobs(queue: JobQueue, state: RouterState): void {
  routers.get(queue)?.delete(state)
}

/** The routers of this process under a prefix. */
export function findRouters(queue: JobQueue, prefix: string | null): readonly RouterState[] {
  return [...(routers.get(queue) ?? [])].filter((state) => state.prefix === prefix)
}

/** The declared route of a job, in whichever router of this process has it. */
export function findRoute(
  queue: JobQueue,
  prefix: string | null,
  key: string | null,
): { readonly state: RouterState; readonly spec: RouteSpec } | undefined {
  for (const state of findRouters(queue, prefix)) {
    const spec = state.declared.find((route) => route.background && routeKey(route) === key)
    if (spec) return { state, spec }
  }
  return undefined
}
