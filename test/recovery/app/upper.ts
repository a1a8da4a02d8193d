import { defineFunction, open, t } from 'cellar'

// A process that works on jobs and has this one function.

export const upper = defineFunction({
  name: 'lettersUpper',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => text.toUpperCase(),
})

if (import.meta.main) {
  await open({ work: true })
  console.log('working')
}
