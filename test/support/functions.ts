import { defineFunction, t } from 'cellar'

// Functions that misbehave when their text says so.

export const raise = defineFunction({
  name: 'testRaise',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => {
    if (text.startsWith('fail')) throw new Error('a reason with a /secret/path')
    return text.toUpperCase()
  },
})

export const stall = defineFunction({
  name: 'testStall',
  args: { text: t.string() },
  returns: t.string(),
  timeout: 200,
  run: ({ text }) => (text === 'stall' ? new Promise<string>(() => {}) : text),
})

export const spin = defineFunction({
  name: 'testSpin',
  args: { text: t.string() },
  returns: t.string(),
  thread: true,
  module: import.meta.url,
  timeout: 700,
  run: ({ text }) => {
    while (text === 'spin') {
      // For ever: only ending the thread ends it.
    }
    return text
  },
})
