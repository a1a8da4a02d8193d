import { createHash } from 'node:crypto'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

let page: { readonly html: string; readonly policy: string } | undefined

/** One self-contained page: it needs nothing but the document beside it, and runs nothing but its own script. */
export function docsResponse(): Response {
  page ??= {
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main><h1>API</h1><p id="about">Loading…</p><div id="operations"></div></main>
<script>${SCRIPT}</script>
</body>
</html>
`,
    policy: [
      "default-src 'none'",
      `script-src ${hashOf(SCRIPT)}`,
      `style-src ${hashOf(STYLE)}`,
      "connect-src 'self'",
      "img-src 'self' blob: data:",
      "media-src 'self' blob:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  }
  return new Response(page.html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': page.policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}
