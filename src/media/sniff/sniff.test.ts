import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { inspectMedia } from '../inspect-media.ts'
import { noise, quarters } from '../testing/images.ts'
import { HAS_SHARED_DATA, sharedData } from '../testing/shared-data.ts'
import { possibleKinds } from './sniff.ts'

const mimeOf = async (bytes: Uint8Array | string) => (await inspectMedia(bytes)).mime
const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('images that sharp writes', () => {
  test.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['gif', 'image/gif'],
    ['avif', 'image/avif'],
    ['tiff', 'image/tiff'],
  ] as const)('%s', async (format, mime) => {
    expect(await mimeOf(await quarters().toFormat(format).toBuffer())).toBe(mime)
  })
})

/** One MPEG 1 layer III frame of 128 kbit/s and 44.1 kHz. */
const mp3Frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)])
const box = (type: string, ...parts: Buffer[]) => {
  const content = Buffer.concat(parts)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, content])
}
const track = (handler: string) => box('trak', box('mdia', box('hdlr', Buffer.alloc(8), latin1(handler))))
const movie = (brand: string, ...handlers: string[]) =>
  Buffer.concat([box('ftyp', latin1(brand), Buffer.alloc(4)), box('moov', ...handlers.map(track)), box('mdat')])
const ebml = (docType: string, codec: string) =>
  Buffer.concat([
    latin1('\x1a\x45\xdf\xa3\x90\x42\x82'),
    Buffer.from([0x80 + docType.length]),
    latin1(docType.padEnd(13, '\0')).subarray(0, 13),
    latin1('\x18\x53\x80\x67\xff'),
    Buffer.from([0x86, 0x80 + codec.length]),
    latin1(codec),
  ])

describe('other content', () => {
  test.each([
    ['MP4', movie('isom', 'vide', 'soun'), 'video/mp4'],
    ['MP4 with sound only', movie('mp42', 'soun'), 'audio/mp4'],
    ['M4A', movie('M4A ', 'soun'), 'audio/mp4'],
    ['QuickTime', movie('qt  ', 'vide'), 'video/quicktime'],
    ['WebM', ebml('webm', 'V_VP9'), 'video/webm'],
    ['WebM with sound only', ebml('webm', 'A_OPUS'), 'audio/webm'],
    ['Matroska', ebml('matroska', 'V_MPEG4'), 'video/matroska'],
    ['AVI', latin1('RIFF\x04\0\0\0AVI '), 'video/x-msvideo'],
    ['WAV', latin1('RIFF\x04\0\0\0WAVE'), 'audio/wav'],
    ['FLAC', latin1('fLaC\0\0\0\x22'), 'audio/flac'],
    ['Ogg sound', latin1('OggS\0\x02\x01vorbis'), 'audio/ogg'],
    ['Ogg video', latin1('OggS\0\x02\x80theora'), 'video/ogg'],
    ['MP3', Buffer.concat([mp3Frame, mp3Frame, mp3Frame]), 'audio/mpeg'],
    ['MP3 with a tag', Buffer.concat([latin1('ID3\x04\0\0\0\0\0\x0a'), Buffer.alloc(10), mp3Frame]), 'audio/mpeg'],
    ['AAC', Buffer.from('fff1508001000000fff1508001000000', 'hex'), 'audio/aac'],
    ['PDF', latin1('%PDF-1.7\n%\xe2\xe3'), 'application/pdf'],
    ['PDF after some bytes', latin1('\0\0junk\n%PDF-1.4'), 'application/pdf'],
    ['HTML', latin1('<html>caf\xe9'), 'text/html'],
    ['SVG', latin1('<svg width="4" height="3"></svg>'), 'image/svg+xml'],
    ['XML', latin1('<?xml version="1.0"?><a/>'), 'application/xml'],
    ['Markdown', Buffer.from('# Täglich\n\n- eins'), 'text/plain'],
    ['text', Buffer.from('ÿþ is text, not UTF-16'), 'text/plain'],
    ['bytes', Buffer.from([1, 2, 3, 0, 255]), 'application/octet-stream'],
    ['a byte order mark of UTF-16', Buffer.from('\ufeffhi', 'utf16le'), 'application/octet-stream'],
  ])('%s', async (_name, bytes, mime) => {
    expect(await mimeOf(bytes)).toBe(mime)
  })
})

test('HTML is HTML even when it goes on as a PDF', async () => {
  expect(await mimeOf(latin1('<script>x</script>\n%PDF-1.4'))).toBe('text/html')
})

test('the first bytes tell early what content can never become', async () => {
  expect(possibleKinds(movie('isom'))).toEqual(['video', 'audio'])
  expect(possibleKinds(await noise(8, 8).png().toBuffer())).toEqual(['image'])
  expect(possibleKinds(Buffer.from('plain'))).toBeUndefined()
})

describe.skipIf(!HAS_SHARED_DATA)('real files (needs ../shared/data)', () => {
  test.each([
    ['images/000000000001.jpg', 'image/jpeg'],
    ['images/logo-transparent.png', 'image/png'],
    ['audio/sample.mp3', 'audio/mpeg'],
    ['audio/corrupt.mp3', 'text/plain'],
    ['video/counter-13-frames.mp4', 'video/mp4'],
    ['video/pursuit-of-happiness.mp4', 'video/mp4'],
    ['video/corrupt.mp4', 'text/plain'],
    ['documents/jefferson-amazon.pdf', 'application/pdf'],
    ['documents/sample.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['documents/sample.pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
    ['documents/sample.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['documents/simple.html', 'text/html'],
    ['documents/sample.xml', 'application/xml'],
    ['documents/paper.md', 'text/plain'],
    ['documents/faq.txt', 'text/plain'],
  ])('%s', async (path, mime) => {
    expect(await mimeOf(sharedData(path))).toBe(mime)
    expect(await mimeOf(await readFile(sharedData(path)))).toBe(mime)
  })

  test.each(['video/counter-13-frames.mp4', 'documents/sample.docx', 'images/000000000009.jpg'])(
    '%s without its second half is damaged',
    async (path) => {
      const bytes = await readFile(sharedData(path))
      await expect(inspectMedia(bytes.subarray(0, bytes.length / 2))).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' })
    },
  )
})
