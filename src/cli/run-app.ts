import type { Cellar } from 'cellar'
import { CellarError } from 'cellar'
import type { AnyRouter, RunningServer } from 'cellar/serve'
import { loadModule } from './load-module.ts'
import type { ListenOptions } from './serve-options.ts'

export interface LoadedApp {
  readonly declared: Readonly<Record<string, unknown>>
  readonly routers: readonly AnyRouter[]
}

/** Imports a module, and what serving it needs beside it. */
export async function loadApp(file: string): Promise<LoadedApp> {
  const [declared] = await Promise.all([loadModule(file), import('cellar/serve')])
  return { declared, routers: await routersOf(declared, file) }
}

/** The routers that a module exports. */
export async function routersIn(module: Readonly<Record<string, unknown>>): Promise<AnyRouter[]> {
  const { isTableRouter } = await import('cellar/serve')
  return [...new Set(Object.values(module))].filter(isTableRouter) as AnyRouter[]
}

async function routersOf(module: Readonly<Record<string, unknown>>, file: string): Promise<AnyRouter[]> {
  const routers = await routersIn(module)
  if (routers.length > 0) return routers
  throw new CellarError('NOTHING_TO_SERVE', { module: file })
}

export async function listen(
  routers: readonly AnyRouter[],
  cellar: Cellar,
  { port, host, baseUrl }: ListenOptions,
): Promise<RunningServer> {
  const { serve } = await import('cellar/serve')
  return serve(routers, { cellar, port, host, ...(baseUrl === undefined ? {} : { baseUrl }) })
}

/** Resolves at the first signal to end; a second one ends at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1)
        asked = true
        resolve()
      })
    }
  })
}
