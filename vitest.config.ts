import { defineConfig } from 'vitest/config'

// The modes are projects: `unit` is pure; `embedded` and `server` run the same files against PGlite and a Postgres server.
const resolve = { conditions: ['cellar:source'] }
const ssr = { resolve: { conditions: ['cellar:source'], externalConditions: ['cellar:source'] } }
const mode = (name: 'embedded' | 'server') => ({
  resolve,
  ssr,
  test: {
    name,
    include: ['test/{integration,contract,recovery}/**/*.test.ts'],
    env: { CELLAR_TEST_MODE: name, CELLAR_LOG_LEVEL: 'error' },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    execArgv: ['--conditions=cellar:source'],
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { resolve, ssr, test: { name: 'unit', include: ['src/**/*.test.ts'], testTimeout: 20_000, hookTimeout: 60_000 } },
      mode('embedded'),
      mode('server'),
      {
        resolve,
        ssr,
        test: {
          name: 'once',
          include: ['test/{architecture,packed,types,browser}/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
