import { mkdir } from 'node:fs/promises'
import sharp from 'sharp'

/** Draws the example's pictures; they are committed, so this is needed only to change them. */
const hills = (y: number, height: number, colour: string, seed: number) => {
  const points = Array.from({ length: 25 }, (_, i) => {
    const x = (i / 24) * 1600
    const top = y - height * (0.5 + 0.5 * Math.sin(i * 0.7 + seed)) * (0.6 + 0.4 * Math.sin(i * 1.9 + seed * 3))
    return `${x},${top.toFixed(0)}`
  })
  return `<polygon fill="${colour}" points="0,1200 ${points.join(' ')} 1600,1200"/>`
}
const sky = (top: string, bottom: string) =>
  `<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs><rect width="1600" height="1200" fill="url(#s)"/>`
const trees = (y: number, colour: string, seed: number) =>
  Array.from({ length: 26 }, (_, i) => {
    const x = i * 64 + 30 * Math.sin(i * 5 + seed)
    const h = 180 + 90 * Math.sin(i * 2.3 + seed)
    return `<polygon fill="${colour}" points="${x - 42},${y} ${x},${y - h} ${x + 42},${y}"/>`
  }).join('')
const windows = Array.from({ length: 12 }, (_, b) => {
  const height = 300 + 260 * Math.abs(Math.sin(b * 1.7))
  const x = 30 + b * 132
  const lights = Array.from({ length: 18 }, (_, w) =>
    (w * 7 + b * 3) % 4 === 0
      ? ''
      : `<rect x="${x + 14 + (w % 3) * 34}" y="${1060 - height + 30 + Math.floor(w / 3) * 62}" width="20" height="32" fill="#ffd977"/>`,
  ).join('')
  return `<rect x="${x}" y="${1060 - height}" width="118" height="${height + 140}" fill="#1b2440"/>${lights}`
}).join('')

const pictures: Record<string, string> = {
  'evening-hills': `${sky('#2b3a75', '#f7a05b')}<circle cx="1130" cy="640" r="110" fill="#ffe3a3"/>${hills(820, 260, '#7a4a6b', 1)}${hills(960, 220, '#4d325a', 2.4)}${hills(1090, 200, '#2c2144', 4)}`,
  'northern-forest': `${sky('#bcd9e8', '#eef4ef')}${hills(760, 300, '#9fbccb', 3)}${trees(900, '#5f8f7a', 1)}${trees(1030, '#3c6b57', 2)}${trees(1200, '#1f4537', 3)}`,
  'harbour-lights': `${sky('#0b1030', '#3d3f7d')}${windows}<rect y="1060" width="1600" height="140" fill="#0d1633"/>`,
  'desert-noon': `${sky('#6db3e8', '#f6e3bd')}<circle cx="380" cy="240" r="90" fill="#fff6cf"/>${hills(860, 180, '#e3b06b', 0.4)}${hills(980, 190, '#d0934c', 2)}${hills(1110, 160, '#b57535', 5)}`,
  'winter-lake': `${sky('#8fb3d9', '#f3f7fb')}${hills(700, 420, '#d9e6f2', 1.2)}${hills(760, 240, '#b6cbe0', 2.9)}<rect y="760" width="1600" height="440" fill="#7fa3c7"/>${Array.from({ length: 14 }, (_, i) => `<rect x="${(i * 271) % 1500}" y="${800 + i * 27}" width="${120 + ((i * 53) % 160)}" height="4" fill="#cfe0ef"/>`).join('')}`,
}

const folder = new URL('./pictures/', import.meta.url)
await mkdir(folder, { recursive: true })
for (const [name, drawing] of Object.entries(pictures)) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200">${drawing}</svg>`
  await sharp(Buffer.from(svg))
    .jpeg({ quality: 78, mozjpeg: true })
    .toFile(new URL(`${name}.jpg`, folder).pathname)
}
