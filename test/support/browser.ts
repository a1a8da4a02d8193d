import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.CELLAR_TEST_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The installed browser that the tests drive, or undefined where there is none (CELLAR_TEST_BROWSER names one). */
export const browserPath = PLACES.find((path) => path !== undefined && existsSync(path))

/** Quiet: it updates nothing and asks nobody. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ ...(browserPath === undefined ? {} : { executablePath: browserPath }), args: ARGUMENTS })
}
