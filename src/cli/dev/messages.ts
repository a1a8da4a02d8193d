/** What the parent tells the app. */
export type ToApp = { readonly type: 'listen' } | { readonly type: 'stop' }

/** What the app tells its parent. */
export type FromApp = { readonly type: 'ready' } | { readonly type: 'listening'; readonly url: string }
