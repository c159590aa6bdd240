import { freePorts } from './free-ports.ts'
import { startGateway } from './gateway.ts'
import type { Gateway, GatewayOptions } from './gateway.ts'
import { RawClient, ask } from './raw-client.ts'
import type { RawResponse } from './raw-client.ts'

type Keys = Readonly<Record<string, string | number | boolean>>

interface Options extends Partial<GatewayOptions> {
  /** Of the section `[msgbus]`. */
  readonly keys?: Keys
}

/** A gateway with an open msgbus door. Remember to stop it. */
export async function startMsgbus({ keys = {}, config = {}, ...rest }: Options = {}): Promise<{
  gateway: Gateway
  door: MsgbusPort
}> {
  const [port = 0] = await freePorts(1)
  const options = { routes: ['* test'], ...rest, config: { ...config, msgbus: { port, ...keys } } }
  return { gateway: await startGateway(options), door: new MsgbusPort(port) }
}

const DATE = /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/m

/** What its clients do, byte by byte. */
export class MsgbusPort {
  readonly port: number

  constructor(port: number) {
    this.port = port
  }

  /** A client that has sent this. */
  async client(bytes: string): Promise<RawClient> {
    const client = await RawClient.connect(this.port)
    client.send(bytes)
    return client
  }

  /** A subscriber that has got the first boundary. */
  async subscriber(path: string, version: '1.0' | '1.1' = '1.0', headers: readonly string[] = []): Promise<RawClient> {
    const client = await this.client([`GET ${path} HTTP/${version}`, 'Host: x', ...headers, '', ''].join('\r\n'))
    await client.until('--00MsgBus00\n')
    return client
  }

  async publish(
    path: string,
    body: string,
    headers: readonly string[] = ['Content-Type: text/plain'],
  ): Promise<number> {
    return (await this.ask('POST', path, [...headers, `Content-Length: ${body.length}`], body)).code
  }

  async ask(method: string, path: string, headers: readonly string[] = [], body = ''): Promise<RawResponse> {
    const head = [`${method} ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n')
    return ask(this.port, head + body, { toHead: method === 'HEAD' })
  }
}

/** The bytes with their date, if they have one, replaced by the word. */
export function undated(bytes: string): string {
  return bytes.replace(DATE, 'Date: NOW')
}
