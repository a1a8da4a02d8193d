import { APPS, type AppName } from './app-shape.ts'
import { generateApp } from './generate-app.ts'
import { createTypedProject, type TypedProject } from './typed-project.ts'

/** What checking an app costs; instantiations are the same on every machine, the others are not. */
export interface TypeCost {
  readonly instantiations: number
  readonly megabytes: number
  readonly seconds: number
}

/** Checks the generated apps, one after the other: they would slow each other down. */
export async function measureTypes(): Promise<Readonly<Record<AppName, TypeCost>>> {
  await using project = await createTypedProject()
  return {
    chain: await measureApp(project, 'chain'),
    routers: await measureApp(project, 'routers'),
    longChain: await measureApp(project, 'longChain'),
  }
}

/** Instantiations that one more route costs. */
export const costOfRoute = ({ chain, longChain }: Readonly<Record<AppName, Pick<TypeCost, 'instantiations'>>>) =>
  (longChain.instantiations - chain.instantiations) / (APPS.longChain.routes - APPS.chain.routes)

async function measureApp(project: TypedProject, name: AppName): Promise<TypeCost> {
  // Several checkers repeat work, so that their sum depends on the number of cores.
  const args = ['--singleThreaded', '--extendedDiagnostics']
  const { ok, report } = await project.check(name, generateApp(APPS[name]), args)
  if (!ok) throw new Error(`The app ${name} does not compile:\n${report.slice(0, 4000)}`)
  const figure = (label: string) => {
    const text = new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(report)?.[1]
    if (text === undefined) throw new Error(`tsc reports no ${label}:\n${report}`)
    return Number(text)
  }
  return {
    instantiations: figure('Instantiations'),
    megabytes: Math.round(figure('Memory used') / 1000),
    seconds: figure('Total time'),
  }
}
