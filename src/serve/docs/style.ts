export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3a4048); --soft: light-dark(#f5f6f8, #1d2126); --ink: light-dark(#1c2024, #e6e8ea); --dim: light-dark(#5c6670, #9aa4ae); --mark: light-dark(#0b57d0, #8ab4f8) }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: light-dark(#fff, #14171a) }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem }
h1 { margin: 0 } h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
#about, .hint { color: var(--dim) }
details { border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; overflow: hidden }
summary { cursor: pointer; padding: .6rem .8rem; background: var(--soft); display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap }
summary code { font-weight: 600 }
.method { font: 600 .75rem/1.6 ui-monospace, monospace; text-transform: uppercase; min-width: 3.6rem; text-align: center; border-radius: 5px; color: #fff; background: #4a6b8a }
.post { background: #1f7a4d } .put, .patch { background: #9a6700 } .delete { background: #b3261e }
.body { padding: .8rem }
label { display: grid; grid-template-columns: 12rem 1fr; gap: .2rem .8rem; margin: .4rem 0; align-items: start }
label span b { font-weight: 600 } label span i { color: var(--dim); font-style: normal; display: block; font-size: .85rem }
input, textarea, select { font: inherit; width: 100%; padding: .35rem .5rem; border: 1px solid var(--line); border-radius: 5px; background: transparent; color: inherit }
textarea { min-height: 4rem; font-family: ui-monospace, monospace; font-size: .85rem }
button { font: inherit; padding: .35rem .9rem; border-radius: 5px; border: 1px solid var(--mark); background: var(--mark); color: light-dark(#fff, #10151b); cursor: pointer }
button.plain { background: transparent; color: var(--mark) }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem; overflow: auto; max-height: 30rem; white-space: pre-wrap; word-break: break-word; font-size: .85rem }
.actions { display: flex; gap: .6rem; margin: .8rem 0 }
.answer img { max-width: 20rem; max-height: 20rem; display: block; margin: .5rem 0; border-radius: 6px }
.status { font-weight: 600 } .bad { color: light-dark(#b3261e, #f2b8b5) }
@media (max-width: 40rem) { label { grid-template-columns: 1fr } }
`
