import { CellarError, defineTable, t, uuid7 } from 'cellar'
import { mediaUrl, TableRouter } from 'cellar/serve'
import { photos } from '../endpoints/declared/app.ts'

// #region hand-written
export const titles = defineTable('titles', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.uuid(),
  before: t.string(),
  after: t.string(),
})

export const desk = new TableRouter({ prefix: '/desk' })

export const retitled = desk.post(
  '/photos/:id/title',
  desk.describe({
    input: photos.schemas.update.pick('id', 'title'),
    output: photos.schemas.row.pick('slug', 'thumb'),
    summary: 'Change a title and remember the one before',
  }),
  async (c) => {
    const { id, title = '' } = c.var.input // left out it is too short: 422
    const row = await c.var.cellar.transaction(async (tx) => {
      const [before] = await tx
        .from(photos)
        .where((p) => p.id.eq(id))
        .collect()
      if (before === undefined) throw new CellarError('NOT_FOUND', { subject: `The photo ${id}` })
      await tx.update(photos, { title }, { where: (p) => p.id.eq(id) })
      await tx.insert(titles, { photo: id, before: before.title, after: title })
      return tx
        .from(photos)
        .where((p) => p.id.eq(id))
        .first()
    })
    return c.json({ slug: row?.slug, thumb: mediaUrl(c, row?.thumb ?? null) })
  },
)
// #endregion
