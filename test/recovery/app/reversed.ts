import { defineFunction, open, t } from 'cellar'

// A process that works on jobs and has this one function.

export const reversed = defineFunction({
  name: 'lettersReversed',
  version: '2',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => [...text].reverse().join(''),
})

if (import.meta.main) {
  await open({ work: true })
  console.log('working')
}
