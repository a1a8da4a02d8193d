import type { DetailsOf, ErrorCode } from '../../errors/codes.ts'
import type { ImageFormat, ImageMetadata, ImageOperation, ImageOutput } from './image-operation.ts'

interface ImageSource {
  readonly source: string | Uint8Array
  readonly maxPixels: number
}

/** What a decoder child can do: the name of each job, its input and its result. */
export interface DecoderJobs {
  readonly 'transform-image': {
    readonly input: ImageSource & {
      readonly operations: readonly ImageOperation[]
      readonly output: ImageOutput
      /** Where to write the result; without it the bytes come back. */
      readonly to?: string
    }
    readonly result: {
      readonly format: ImageFormat
      readonly width: number
      readonly height: number
      readonly bytes: number
      readonly sha256: string
      readonly data?: Uint8Array
    }
  }
  readonly 'image-metadata': { readonly input: ImageSource; readonly result: ImageMetadata }
}

export type DecoderJobName = keyof DecoderJobs

/** One handler per job. */
export type DecoderHandlers = {
  readonly [N in DecoderJobName]: (input: DecoderJobs[N]['input']) => Promise<DecoderJobs[N]['result']>
}

export interface DecoderRequest {
  readonly name: DecoderJobName
  readonly input: DecoderJobs[DecoderJobName]['input']
}

/** A failure as it crosses the process boundary. */
export interface DecoderFailure {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string | number>>
}

/** Answers come in the order of the requests. `limit` is the last message of a child that used too much memory. */
export type DecoderAnswer =
  | { readonly result: unknown }
  | { readonly failure: DecoderFailure }
  | { readonly limit: string }

/** Thrown inside a child. */
export class DecoderError<C extends ErrorCode = ErrorCode> extends Error {
  readonly failure: DecoderFailure

  constructor(code: C, details: DetailsOf<C>, options?: ErrorOptions) {
    super(code, options)
    this.failure = { code, details }
  }
}
