/**
 * A typed client for the routes of a `TableRouter`; for browsers and Node, without dependencies.
 *
 * @example
 * import { createClient } from 'cellar/client'
 * import type { api } from './app.ts'
 *
 * const client = createClient<typeof api>({ baseUrl: 'http://localhost:8000/api' })
 * const { rows } = await client.call('/photos/search', { text: 'cat' })
 *
 * @module
 */
export { CellarClientError, type ClientErrorCode, type ClientIssue } from '../client/client-error.ts'
export type { CallOptions, Client, ClientOptions, ManyOptions } from '../client/client-types.ts'
export { createClient } from '../client/create-client.ts'
export type { Job, WaitOptions } from '../client/job.ts'
export type { BatchReply, RowError } from '../serve/route-types.ts'
