import type { ImageExpr } from '../../types/expr.ts'
import { BaseBuilder, type Members } from './base.ts'

/** Images, videos, audio and documents: what is known without opening them. */
export class MediaBuilder extends BaseBuilder implements Members<ImageExpr> {
  get url() {
    return this.apply('media.url')
  }

  get mime() {
    return this.apply('media.mime')
  }

  get sha256() {
    return this.apply('media.sha256')
  }

  toText() {
    return this.apply('media.url')
  }
}
