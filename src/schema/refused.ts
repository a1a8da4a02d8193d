/** A compile-time message: no value has this type, so the sentence shows up in the error. */
export interface Refused<Message extends string> {
  readonly '~refused': Message
}
