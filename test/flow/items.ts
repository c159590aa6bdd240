/** Fields of an item beside its channel and formats. */
export interface Fields {
  readonly id?: string
  readonly 'prev-id'?: string
  readonly 'no-seq'?: boolean
  readonly meta?: Readonly<Record<string, string>>
}

/** A message for streams. */
export function chunk(channel: string, content: string, fields: Fields = {}, format: object = {}): object {
  return { channel, ...fields, formats: { 'http-stream': { content, ...format } } }
}

/** A message for long polls. */
export function reply(channel: string, body: string, fields: Fields = {}, format: object = {}): object {
  return { channel, ...fields, formats: { 'http-response': { body, ...format } } }
}

/** A message for WebSockets. */
export function frame(channel: string, content: string, fields: Fields = {}, format: object = {}): object {
  return { channel, ...fields, formats: { 'ws-message': { content, ...format } } }
}

/** A message for streams with its place on the channel; its content is its id and a comma. */
export function numbered(channel: string, id: number, previous?: number): object {
  return chunk(channel, `${id},`, { id: `${id}`, ...(previous === undefined ? {} : { 'prev-id': `${previous}` }) })
}
