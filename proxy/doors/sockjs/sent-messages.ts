/** Bytes that one message may have. */
const MESSAGE_LIMIT = 200_000

/** What is wrong with what a client sends. */
export type SendError = 'Payload expected' | 'Message too large'

/** The messages that a client sends together: a JSON array of texts. */
export function sentMessages(payload: string): readonly string[] | SendError {
  let messages: unknown
  try {
    messages = JSON.parse(payload)
  } catch {
    return 'Payload expected'
  }
  if (!Array.isArray(messages)) return 'Payload expected'
  const texts = messages.filter((message) => typeof message === 'string')
  if (texts.length !== messages.length) return 'Payload expected'
  return texts.every((text) => Buffer.byteLength(text) <= MESSAGE_LIMIT) ? texts : 'Message too large'
}
