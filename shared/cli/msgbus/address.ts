/** A channel of a msgbus server. */
export interface Address {
  /** Without credentials and query. */
  readonly url: URL
  /** Text behind `/msgbus/`; empty for the root. */
  readonly channel: string
  readonly authorization: string | undefined
}

/** What the user did or asked for cannot work; the message is one sentence. */
export class MsgbusError extends Error {}

/**
 * Reads `http[s]://[USER:PASSWORD@]HOST[:PORT]/msgbus/CHANNEL`, or a channel of the server on this machine.
 * @throws MsgbusError
 */
export function parseAddress(text: string): Address {
  const written = text.startsWith('http') ? text : `http://localhost:8888/msgbus/${text}`
  if (!URL.canParse(written)) throw new MsgbusError(`invalid msgbus URL: ${text}`)
  const url = new URL(written)
  if (!url.pathname.startsWith('/msgbus/')) throw new MsgbusError(`invalid msgbus URL: ${text}`)
  const { username, password } = url
  url.username = ''
  url.password = ''
  url.search = ''
  const authorization = username === '' ? undefined : basic(decodeURIComponent(username), decodeURIComponent(password))
  return { url, channel: url.pathname.slice('/msgbus/'.length), authorization }
}

export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}
