import { open } from 'cellar'
import { photos } from './app.ts'

const cellar = await open()                           // embedded in ./.cellar (CELLAR_HOME), or CELLAR_DATABASE_URL; also open({ home }), open({ databaseUrl })
await cellar.apply([photos])                          // plan + apply; additive only unless told otherwise
const [cat] = (await cellar.insert(photos, [{ photo: 'cat.jpg', title: 'A cat' }], { returnRows: true })).rows
const cats = await cellar.from(photos).where((c) => c.title.contains('cat')).select((c) => ({ id: c.id })).collect()
await cellar.update(photos, { title: 'The cat' }, { where: (c) => c.id.eq(cat.id) })
const preview = await cellar.compute(photos, [{ photo: 'dog.jpg', title: 'A dog' }])   // nothing stored
await cellar.transaction(async (tx) => {              // several tables, all or nothing
  await tx.update(photos, { tags: ['old'] }, { where: (c) => c.title.contains('dog') })
  await tx.delete(photos, { where: (c) => c.id.eq(cat.id) })
})
await cellar.close()                                  // also Symbol.asyncDispose
