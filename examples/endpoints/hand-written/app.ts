import { join } from 'node:path'
import multipart from '@fastify/multipart'
import files from '@fastify/static'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import pg from 'pg'
import { type PhotoRow, Photos, slugOf } from './database.ts'
import { type PhotoForm, readPhotoForm } from './form.ts'
import { Jobs } from './jobs.ts'
import { MediaFolder } from './media.ts'
import { handleProblems, Problem } from './problems.ts'
import * as schemas from './schemas.ts'

export interface StartOptions {
  readonly databaseUrl: string
  readonly home: string
  readonly port?: number
}

/** The app as it is written by hand: Fastify, pg, sharp and pg-boss. */
export async function start({ databaseUrl, home, port = 0 }: StartOptions) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })
  pool.on('error', (error) => console.error(error))
  const photos = new Photos(pool)
  const media = new MediaFolder(join(home, 'media'))
  const jobs = new Jobs<PhotoForm>(databaseUrl, pool)
  await Promise.all([photos.create(), media.create()])

  const app = Fastify({
    bodyLimit: 1024 ** 2,
    // Left to itself, the validator drops unknown fields and turns "7" into 7.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true, allowUnionTypes: true } },
  })
  handleProblems(app)
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Photos', version: '1.0.0' } } })
  await app.register(multipart, {
    limits: { fileSize: 20 * 1024 ** 2, files: 2, fields: 10 },
    throwFileSizeLimit: false,
  })
  await app.register(files, { root: media.path, prefix: '/api/media/', immutable: true, maxAge: '365d', index: false })

  const base = () => `http://127.0.0.1:${(app.server.address() as { readonly port: number }).port}/api`
  const url = (file: string) => `${base()}/media/${file}`
  const view = (row: PhotoRow) => ({ ...row, photo: url(row.photo), thumb: url(row.thumb) })
  const known = (row: PhotoRow | undefined) => {
    if (row === undefined) throw new Problem(404, 'There is no such photo.')
    return view(row)
  }
  const keep = async ({ title, tags, stored: { file, width, height } }: PhotoForm, id?: string) => {
    const thumb = await media.thumbnail(file)
    return photos.insert({ photo: file, title, tags, thumb, width, height }, id)
  }

  app.post(
    '/api/photos',
    { schema: { consumes: ['multipart/form-data'], response: { 200: schemas.photo } } },
    async (request) => view(await keep(await readPhotoForm(request, media))),
  )
  app.post(
    '/api/photos/preview',
    { schema: { consumes: ['multipart/form-data'], response: { 200: schemas.preview } } },
    async (request) => {
      const { title, stored } = await readPhotoForm(request, media)
      return { thumb: url(await media.thumbnail(stored.file)), slug: slugOf(title) }
    },
  )
  app.post(
    '/api/photos/import',
    { schema: { consumes: ['multipart/form-data'], response: { 202: schemas.accepted } } },
    async (request, reply) => {
      const id = await jobs.enqueue(await readPhotoForm(request, media))
      const job_url = `${base()}/jobs/${id}`
      return reply.code(202).header('location', job_url).send({ id, job_url })
    },
  )
  app.post<{ Body: { readonly text: string; readonly limit: number } }>(
    '/api/photos/search',
    { schema: { body: schemas.search, response: { 200: schemas.rows } } },
    async ({ body }) => ({ rows: (await photos.search(body.text, body.limit)).map(view) }),
  )
  app.get<{ Params: { readonly id: string } }>(
    '/api/photos/:id',
    { schema: { params: schemas.key, response: { 200: schemas.photo } } },
    async ({ params }) => known(await photos.find(params.id)),
  )
  app.patch<{ Params: { readonly id: string }; Body: { readonly title?: string; readonly tags?: string[] | null } }>(
    '/api/photos/:id',
    { schema: { params: schemas.key, body: schemas.update, response: { 200: schemas.photo } } },
    async ({ params, body }) => known(await photos.update(params.id, body)),
  )
  app.delete<{ Params: { readonly id: string } }>(
    '/api/photos/:id',
    { schema: { params: schemas.key, response: { 200: schemas.deleted } } },
    async ({ params }) => ({ num_rows: await photos.delete(params.id) }),
  )
  app.get<{ Params: { readonly id: string } }>(
    '/api/jobs/:id',
    { schema: { params: schemas.key, response: { 200: schemas.job } } },
    async ({ params }) => {
      const job = await jobs.find(params.id)
      if (job === undefined) throw new Problem(404, 'There is no such job.')
      return { ...job, result: job.status === 'done' ? view(job.result as PhotoRow) : null }
    },
  )
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/openapi.json', async () => app.swagger())

  // The id of the job is the id of the row: an import that runs twice writes once.
  await jobs.start((id, form) => keep(form, id))
  await app.listen({ port, host: '127.0.0.1' })
  return {
    url: base().slice(0, -'/api'.length),
    async close() {
      await app.close()
      await jobs.stop()
      await pool.end()
    },
  }
}
