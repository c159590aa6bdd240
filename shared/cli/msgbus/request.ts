import { request as httpRequest } from 'node:http'
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { MsgbusError } from './address.ts'
import type { Address } from './address.ts'

interface Options {
  readonly method: 'GET' | 'POST'
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent?: Agent | false
  /** With TLS: whether any certificate will do. */
  readonly insecure?: boolean | undefined
}

/** A request to a channel; its response comes with the event. */
export function request({ url, authorization }: Address, options: Options): ClientRequest {
  const { method, query = '', headers, agent = false, insecure = false } = options
  const all: RequestOptions & { rejectUnauthorized: boolean } = {
    method,
    agent,
    rejectUnauthorized: !insecure,
    headers: { ...headers, ...(authorization === undefined ? {} : { Authorization: authorization }) },
  }
  return (url.protocol === 'https:' ? httpsRequest : httpRequest)(`${url.href}${query}`, all)
}

/** @throws MsgbusError that says the status, or why there is none. */
export async function response(sent: ClientRequest, wanted: number): Promise<IncomingMessage> {
  const came = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', (error: NodeJS.ErrnoException) => reject(new MsgbusError(error.code ?? error.message)))
  })
  if (came.statusCode === wanted) return came
  came.destroy()
  throw new MsgbusError(`${came.statusCode}: ${came.statusMessage}`)
}

/** Publishes a message. @throws MsgbusError unless the server says that it has. */
export async function publish(
  address: Address,
  type: string,
  content: Buffer,
  options: Pick<Options, 'agent' | 'insecure'> = {},
): Promise<void> {
  const headers = { 'Content-Type': type, 'Content-Length': String(content.length) }
  const sent = request(address, { ...options, method: 'POST', headers })
  sent.end(content)
  const came = await response(sent, 204)
  came.resume()
}
