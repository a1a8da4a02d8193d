import { spawnSync } from 'node:child_process'
import { createApp, type ImagePreset, TableRouter } from 'cellar/serve'
import { describe, expect, it } from 'vitest'

describe('a declaration of presets', () => {
  it.each<[string, unknown]>([
    ['media.presets.a', {}],
    ['media.presets.a', 'small'],
    ['media.presets.a.width', { width: 0 }],
    ['media.presets.a.height', { height: 1.5 }],
    ['media.presets.a.width', { width: 20_000 }],
    ['media.presets.a.fit', { width: 1, fit: 'crop' }],
    ['media.presets.a.format', { format: 'bmp' }],
    ['media.presets.a.quality', { width: 1, quality: 101 }],
    ['media.presets.a.widht', { widht: 1 }],
  ])('is refused at %s', (option, preset) => {
    const declare = () => new TableRouter({ media: { presets: { a: preset as ImagePreset } } })
    expect(declare).toThrowError(expect.objectContaining({ code: 'ROUTE_INVALID' }))
    expect(declare).toThrowError(`${option} `)
  })

  it('is refused with another name, another option or no limit', () => {
    const invalid = expect.objectContaining({ code: 'ROUTE_INVALID' })
    expect(() => new TableRouter({ media: { presets: { 'a b': { width: 1 } } } })).toThrowError(invalid)
    expect(() => new TableRouter({ media: { maxMaking: 0 } })).toThrowError(invalid)
    // @ts-expect-error no such option
    expect(() => new TableRouter({ media: { sizes: {} } })).toThrowError(invalid)
  })

  it('is the same on routers of one prefix', () => {
    const of = (width: number) => new TableRouter({ prefix: '/twice', media: { presets: { a: { width } } } })
    expect(() => createApp([of(1), of(2)])).toThrowError(expect.objectContaining({ code: 'ROUTE_INVALID' }))
    expect(createApp([of(1), of(1)])).toBeDefined()
  })

  it('needs sharp when serving starts', () => {
    const program = `
      import Module from 'node:module'
      const resolve = Module._resolveFilename
      Module._resolveFilename = (name, ...rest) => {
        if (name === 'sharp') throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })
        return resolve(name, ...rest)
      }
      const { TableRouter, serve } = await import('cellar/serve')
      const router = (media) => new TableRouter({ prefix: '/api', media })
      const cellar = {}
      const result = await serve(router({ presets: { a: { width: 1 } } }), { cellar, port: 0 }).catch((error) => error)
      console.log(result.code, result.message)`
    const args = ['--conditions=cellar:source', '--input-type=module', '-e', program]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^OPTIONAL_DEPENDENCY_MISSING media\.presets of a router needs the package sharp/)
  })
})
