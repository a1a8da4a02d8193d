import type { ByteSource } from '../byte-source.ts'

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1')
const LONGEST_COMMENT = 65_535
const MOST_NAMES = 4 * 1024 * 1024

/** A ZIP file is an Office document when its directory says so. */
export async function sniffOffice(source: ByteSource): Promise<string> {
  const directory = await zipDirectory(source)
  if (!directory?.includes('[Content_Types].xml')) return 'zip'
  if (directory.includes('word/document')) return 'docx'
  if (directory.includes('ppt/presentation')) return 'pptx'
  if (directory.includes('xl/workbook')) return 'xlsx'
  return 'zip'
}

/** The central directory, raw: file names stand in it as they are. Undefined when the file is cut off. */
export async function zipDirectory(source: ByteSource): Promise<Buffer | undefined> {
  const from = Math.max(0, source.size - LONGEST_COMMENT - 22)
  const tail = await source.read(from, source.size - from)
  const at = tail.lastIndexOf(END_OF_DIRECTORY)
  if (at < 0 || at + 22 > tail.length) return undefined
  const length = tail.readUInt32LE(at + 12)
  const start = tail.readUInt32LE(at + 16)
  if (start + length > from + at) return undefined
  return source.read(start, Math.min(length, MOST_NAMES))
}
