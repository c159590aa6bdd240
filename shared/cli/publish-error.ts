/** Why nothing was published; the message is what the user reads after `Error: `. */
export class PublishError extends Error {
  override readonly name = 'PublishError'
}
