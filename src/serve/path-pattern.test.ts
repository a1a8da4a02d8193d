import { describe, expect, it } from 'vitest'
import { comparePatterns, matchesPath, parsePathPattern, patternKey } from './path-pattern.ts'

const parse = (path: unknown) => parsePathPattern('addInsertRoute POST', path)

describe('parsePathPattern', () => {
  it('reads fixed segments and parameters', () => {
    expect(parse('/photos/:id/tags/:tag').parameters).toEqual(['id', 'tag'])
    expect(parse('/').segments).toEqual([])
  })

  it.each([
    ['a path without a slash at its start', 'photos'],
    ['a wildcard', '/photos/*'],
    ['a pattern', '/photos/:id{[0-9]+}'],
    ['an optional parameter', '/photos/:id?'],
    ['a parameter that is named twice', '/:id/:id'],
    ['an empty segment', '/photos//x'],
    ['something that is no text', 7],
  ])('refuses %s', (_, path) => {
    expect(() => parse(path)).toThrowError(expect.objectContaining({ code: 'ROUTE_INVALID' }))
  })
})

describe('comparePatterns', () => {
  it('puts fixed text before a parameter at the first difference', () => {
    const paths = ['/:a', '/photos/:id', '/photos/search', '/photos/:id/tags'].map(parse)
    const sorted = [...paths].sort(comparePatterns).map((pattern) => pattern.path)
    expect(sorted.indexOf('/photos/search')).toBeLessThan(sorted.indexOf('/photos/:id'))
    expect(sorted.indexOf('/photos/:id')).toBeLessThan(sorted.indexOf('/:a'))
  })
})

describe('patternKey', () => {
  it('is the same for parameters of different names', () => {
    expect(patternKey('/photos/:id')).toBe(patternKey('/photos/:key'))
    expect(patternKey('/photos/:id')).not.toBe(patternKey('/photos/id'))
  })
})

describe('matchesPath', () => {
  it.each([
    ['/api/photos', '/api/photos', true],
    ['/api/photos/:id', '/api/photos/7', true],
    ['/api/photos/:id', '/api/photos/', false],
    ['/api/photos/:id', '/api/photos/7/x', false],
    ['/api/*', '/api/photos/7', true],
    ['/api/photos/:id?', '/api/photos', true],
    ['/api/photos', '/api/photo', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected)
  })
})
