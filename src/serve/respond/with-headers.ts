/** Adds headers to an answer; some, such as redirects, have to be made anew for it. */
export function withHeaders(answer: Response, headers: Readonly<Record<string, string>> | undefined): Response {
  if (headers === undefined) return answer
  try {
    for (const name in headers) answer.headers.set(name, headers[name] as string)
    return answer
  } catch {
    return withHeaders(new Response(answer.body, answer), headers)
  }
}
