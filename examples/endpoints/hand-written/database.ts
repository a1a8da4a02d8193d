import { randomUUID } from 'node:crypto'
import type pg from 'pg'

/** A row as it is stored; `photo` and `thumb` are file names in the media folder. */
export interface PhotoRow {
  readonly id: string
  readonly photo: string
  readonly title: string
  readonly tags: readonly string[] | null
  readonly taken: Date
  readonly thumb: string
  readonly slug: string
  readonly width: number
  readonly height: number
}

export type NewPhoto = Omit<PhotoRow, 'id' | 'taken' | 'slug'>

export const slugOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')

/** Statements of the app. */
export class Photos {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  async create(): Promise<void> {
    await this.#pool.query(`
      create table if not exists photos (
        id uuid primary key,
        photo text not null,
        title text not null,
        tags jsonb,
        taken timestamptz not null default now(),
        thumb text not null,
        slug text not null,
        width int not null,
        height int not null
      );
      create index if not exists photos_taken on photos (taken desc, id desc)`)
  }

  async insert({ photo, title, tags, thumb, width, height }: NewPhoto, id: string = randomUUID()): Promise<PhotoRow> {
    const { rows } = await this.#pool.query<PhotoRow>({
      name: 'insert-photo',
      text: `insert into photos (id, photo, title, tags, thumb, slug, width, height)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do update set id = excluded.id returning *`,
      values: [id, photo, title, tags === null ? null : JSON.stringify(tags), thumb, slugOf(title), width, height],
    })
    return rows[0] as PhotoRow
  }

  async find(id: string): Promise<PhotoRow | undefined> {
    const { rows } = await this.#pool.query<PhotoRow>({
      name: 'find-photo',
      text: 'select * from photos where id = $1',
      values: [id],
    })
    return rows[0]
  }

  async search(text: string, limit: number): Promise<readonly PhotoRow[]> {
    const { rows } = await this.#pool.query<PhotoRow>({
      name: 'search-photos',
      text: `select * from photos where position($1 in title) > 0 order by taken desc, id desc limit $2`,
      values: [text, limit],
    })
    return rows
  }

  /** What is left out stays. */
  async update(
    id: string,
    changes: { readonly title?: string; readonly tags?: readonly string[] | null },
  ): Promise<PhotoRow | undefined> {
    const sets: string[] = []
    const values: unknown[] = [id]
    const set = (column: string, value: unknown) => {
      values.push(value)
      sets.push(`${column} = $${values.length}`)
    }
    if (changes.title !== undefined) {
      set('title', changes.title)
      set('slug', slugOf(changes.title))
    }
    if (changes.tags !== undefined) set('tags', changes.tags === null ? null : JSON.stringify(changes.tags))
    if (sets.length === 0) return this.find(id)
    const { rows } = await this.#pool.query<PhotoRow>(
      `update photos set ${sets.join(', ')} where id = $1 returning *`,
      values,
    )
    return rows[0]
  }

  async delete(id: string): Promise<number> {
    const { rowCount } = await this.#pool.query('delete from photos where id = $1', [id])
    return rowCount ?? 0
  }
}
