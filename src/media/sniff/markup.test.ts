import { expect, test } from 'vitest'
import { sniffMarkup } from './markup.ts'

test.each([
  ['<!DOCTYPE html><p>hello', 'html'],
  ['\ufeff \n\t<html>', 'html'],
  ['<script>alert(1)</script>', 'html'],
  ['<!-- note --><body onload=x>', 'html'],
  ['<!-- a comment first, then prose', 'html'],
  ['<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', 'html'],
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'svg'],
  ['<?xml version="1.0"?>\n<!-- made by hand --><svg:svg xmlns:svg="…">', 'svg'],
  ['<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd"><svg/>', 'svg'],
  ['<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b>">]> <svg>', 'svg'],
  ['<?xml version="1.0"?><test/>', 'xml'],
  ['<note to="you">text</note>', 'xml'],
  [`<?xml version="1.0"?><!--${'x'.repeat(9000)}--><svg>`.slice(0, 4096), 'xml'],
  ['# Title\n\n<p>later</p>', undefined],
  ['<https://example.com> is a link', undefined],
  ['a < b', undefined],
  ['', undefined],
])('%j starts as %s', (text, expected) => {
  expect(sniffMarkup(Buffer.from(text))).toBe(expected)
})
