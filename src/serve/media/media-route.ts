import type { SystemRoute } from '../arrange-routes.ts'
import type { RouterState } from '../router-state.ts'
import { serveMedia } from './media-endpoint.ts'

export function mediaRoute(state: RouterState): SystemRoute {
  return {
    method: 'GET',
    path: '/media/:file',
    async handle(c) {
      const { binding } = state
      const signer = state.auth === undefined ? undefined : await binding.signer()
      return serveMedia(c, { store: binding.context.media, signer, policy: state.media })
    },
  }
}
