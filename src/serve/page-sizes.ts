/** Rows of a page of a route: where the request does not say, and at most. */
export const DEFAULT_PAGE_SIZE = 100
export const MAX_PAGE_SIZE = 1000
