export type Markup = 'svg' | 'html' | 'xml'

/** Tags that make a browser read text as HTML: those of the WHATWG MIME sniffing standard and some that carry scripts. */
const HTML =
  /^<(?:!doctype\s+html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|meta|link|base|img|object|embed|form|video|audio|math|template)(?=[\s/>])/i
/** With an XML declaration other elements may be called like those of HTML. */
const XHTML = /^<(?:!doctype\s+html|html)(?=[\s/>])/i
const SVG = /^<(?:!doctype\s+|[\w-]+:)?svg(?=[\s/>[])/i
const ELEMENT = /^<[A-Za-z_][\w.-]*(?::[\w.-]+)?(?:\s[^<>]*)?>/

/** What text starts as, whatever it is called. Blanks, comments, instructions and a document type before it are skipped. */
export function sniffMarkup(head: Buffer): Markup | undefined {
  const start = head
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  const isXml = start.startsWith('<?xml')
  for (let text = start; ; ) {
    if ((isXml ? XHTML : HTML).test(text)) return 'html'
    if (SVG.test(text)) return 'svg'
    const rest = skipProlog(text)
    if (rest !== undefined) text = rest.trimStart()
    else if (isXml || ELEMENT.test(text)) return 'xml'
    else return start.startsWith('<!--') || /^<!doctype\s/i.test(start) ? 'html' : undefined
  }
}

/** The text after one comment, instruction or document type; undefined when it starts with none. */
function skipProlog(text: string): string | undefined {
  if (text.startsWith('<!--')) return after(text, '-->')
  if (text.startsWith('<?')) return after(text, '?>')
  if (!/^<!doctype\s/i.test(text)) return undefined
  const subset = text.indexOf('[')
  const end = text.indexOf('>')
  return subset >= 0 && subset < end ? after(after(text, ']'), '>') : after(text, '>')
}

/** Nothing when the mark lies beyond the head: what it started as is all that is known then. */
function after(text: string, mark: string): string {
  const at = text.indexOf(mark)
  return at < 0 ? '' : text.slice(at + mark.length)
}
