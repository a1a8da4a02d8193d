import type { SystemRoute } from '../arrange-routes.ts'
import { docsResponse } from '../docs/docs-response.ts'
import type { RouterState } from '../router-state.ts'
import { openapiDocument } from './document.ts'

/** `/openapi.json` and `/docs` of one router mounted by hand. */
export function openapiRoutes(state: RouterState): readonly SystemRoute[] {
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      handle: (c) => c.json(openapiDocument([state], { server: state.baseUrl })),
    },
    { method: 'GET', path: '/docs', handle: () => docsResponse() },
  ]
}
