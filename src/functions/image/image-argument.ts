import type { Expr, Media, MediaInput } from 'cellar'

/** An image: an expression over an image column, or content given in place. `M` carries whether it may be null. */
export type ImageArgument<M extends null> = MediaInput | Expr<'image', Media<'image'>, M>
