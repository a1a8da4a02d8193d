import type { FastifyRequest } from 'fastify'
import type { MediaFolder, Stored } from './media.ts'
import { type Issue, Problem } from './problems.ts'

export interface PhotoForm {
  readonly title: string
  readonly tags: readonly string[] | null
  readonly stored: Stored
}

/** Reads a form with a photo, a title and perhaps tags; every problem is told at once. */
export async function readPhotoForm(request: FastifyRequest, media: MediaFolder): Promise<PhotoForm> {
  if (!request.isMultipart()) throw new Problem(415, 'multipart/form-data is wanted.')
  const issues: Issue[] = []
  let title: string | undefined
  let tags: readonly string[] | null = null
  let stored: Stored | undefined
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      if (part.fieldname === 'photo' && stored === undefined) stored = await media.save(part.file)
      else {
        part.file.resume()
        issues.push({ path: [part.fieldname], message: 'is no field of this route' })
      }
    } else if (part.fieldname === 'title') title = readTitle(String(part.value), issues)
    else if (part.fieldname === 'tags') tags = readTags(String(part.value), issues)
    else issues.push({ path: [part.fieldname], message: 'is no field of this route' })
  }
  if (title === undefined) issues.push({ path: ['title'], message: 'is required' })
  if (stored === undefined) issues.push({ path: ['photo'], message: 'is required' })
  if (issues.length > 0 || title === undefined || stored === undefined) {
    throw new Problem(422, 'The form has unusable values.', issues)
  }
  return { title, tags, stored }
}

function readTitle(text: string, issues: Issue[]): string {
  if (text.length < 1 || text.length > 200) {
    issues.push({ path: ['title'], message: 'must have 1 to 200 characters' })
  }
  return text
}

function readTags(text: string, issues: Issue[]): readonly string[] | null {
  if (text === '') return null
  try {
    const value: unknown = JSON.parse(text)
    if (value === null) return null
    if (Array.isArray(value) && value.every((tag) => typeof tag === 'string')) return value
  } catch {}
  issues.push({ path: ['tags'], message: 'must be a JSON array of strings' })
  return null
}
