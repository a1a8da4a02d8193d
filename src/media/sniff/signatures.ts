import { isAdtsStream, isMpegAudioStream } from './mpeg-audio.ts'

/** A first guess from the first bytes; containers are looked into later. */
interface Signature {
  readonly ext: string
  matches(head: Buffer): boolean
}

const at =
  (offset: number, ...texts: string[]) =>
  (head: Buffer) =>
    texts.some((text) => head.toString('latin1', offset, offset + text.length) === text)

const both =
  (...tests: ((head: Buffer) => boolean)[]) =>
  (head: Buffer) =>
    tests.every((test) => test(head))

const TIFF = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']
const HEIF = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']

/** In this order: the first that matches wins. */
export const SIGNATURES: readonly Signature[] = [
  { ext: 'jpg', matches: at(0, '\xff\xd8\xff') },
  { ext: 'png', matches: at(0, '\x89PNG\r\n\x1a\n') },
  { ext: 'gif', matches: at(0, 'GIF87a', 'GIF89a') },
  { ext: 'webp', matches: both(at(0, 'RIFF'), at(8, 'WEBP')) },
  { ext: 'wav', matches: both(at(0, 'RIFF', 'RF64'), at(8, 'WAVE')) },
  { ext: 'avi', matches: both(at(0, 'RIFF'), at(8, 'AVI ')) },
  { ext: 'tiff', matches: at(0, ...TIFF) },
  {
    ext: 'bmp',
    matches: both(
      at(0, 'BM'),
      (head) => head.length >= 26 && [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14)),
    ),
  },
  { ext: 'avif', matches: both(at(4, 'ftyp'), isAvif) },
  { ext: 'heic', matches: both(at(4, 'ftyp'), at(8, ...HEIF)) },
  { ext: 'mov', matches: both(at(4, 'ftyp'), at(8, 'qt  ')) },
  { ext: 'm4a', matches: both(at(4, 'ftyp'), at(8, 'M4A ', 'M4B ', 'F4A ')) },
  { ext: 'mp4', matches: at(4, 'ftyp') },
  { ext: 'mov', matches: at(4, 'moov', 'mdat', 'wide', 'pnot') },
  { ext: 'mkv', matches: at(0, '\x1a\x45\xdf\xa3') },
  { ext: 'ogg', matches: at(0, 'OggS') },
  { ext: 'flac', matches: at(0, 'fLaC') },
  { ext: 'mp3', matches: at(0, 'ID3') },
  { ext: 'zip', matches: at(0, 'PK\x03\x04', 'PK\x05\x06') },
  { ext: 'mp3', matches: isMpegAudioStream },
  { ext: 'aac', matches: isAdtsStream },
  { ext: 'pdf', matches: at(0, '%PDF-') },
]

/** AVIF files often name a general brand first and `avif` among the compatible ones. */
function isAvif(head: Buffer): boolean {
  const end = Math.min(head.readUInt32BE(0), head.length)
  for (let brand = 8; brand + 4 <= end; brand += 4) if (at(brand, 'avif', 'avis')(head)) return true
  return false
}
