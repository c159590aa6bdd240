import assert from 'node:assert/strict'
import { after } from 'node:test'
import { freePorts } from './free-ports.ts'
import { startGateway } from './gateway.ts'
import type { Gateway, GatewayOptions } from './gateway.ts'
import { RawClient } from './raw-client.ts'
import { until } from './until.ts'

/** A client of pushd that sends bytes and says which ones it expects. */
export class PushdConnection {
  readonly raw: RawClient
  #taken = 0

  constructor(raw: RawClient) {
    this.raw = raw
  }

  send(bytes: string | Buffer): void {
    this.raw.send(bytes)
  }

  /** Exactly these bytes come next. */
  async gets(bytes: string): Promise<void> {
    assert.equal(await this.#take(bytes.length, bytes), bytes)
  }

  /** The next bytes, so many. */
  async bytes(count: number): Promise<string> {
    return this.#take(count, `${count} bytes`)
  }

  /** The answer to these bytes. */
  async asks(bytes: string, answer: string): Promise<void> {
    this.send(bytes)
    await this.gets(answer)
  }

  /** Up to the next line feed, without it. */
  async line(): Promise<string> {
    const end = (): number => this.raw.pending.indexOf('\n', this.#taken)
    await until(
      () => end() !== -1,
      () => `a line in ${JSON.stringify(this.raw.pending)}`,
    )
    const line = this.raw.pending.slice(this.#taken, end())
    this.#taken = end() + 1
    return line
  }

  async #take(count: number, what: string): Promise<string> {
    const rest = (): string => this.raw.pending.slice(this.#taken, this.#taken + count)
    await until(
      () => rest().length === count || this.raw.ended,
      () => `${JSON.stringify(what)}; so far: ${JSON.stringify(rest())}`,
    )
    const taken = rest()
    this.#taken += taken.length
    return taken
  }

  /** Nothing came that was not expected: what came behind it would be the answer to this. */
  async hasNothingElse(): Promise<void> {
    await this.asks('ping\n', 'pong\n')
  }
}

export interface PushdGateway {
  readonly gateway: Gateway
  readonly port: number
  readonly statsPort: number
  readonly pollPort: number
  readonly connect: () => Promise<PushdConnection>
}

/** A gateway with the door open, for all tests of the file. */
export async function startPushd(
  pushd: Readonly<Record<string, string | number | boolean>> = {},
  options: Partial<GatewayOptions> = {},
): Promise<PushdGateway> {
  const [port = 0, statsPort = 0, pollPort = 0] = await freePorts(3)
  const section = { port, stats_port: statsPort, long_polling_port: pollPort, ...pushd }
  const { config, ...others } = options
  const gateway = await startGateway({ routes: ['* test'], ...others, config: { ...config, pushd: section } })
  const clients: RawClient[] = []
  after(async () => {
    for (const client of clients) client.abort()
    await gateway.stop()
  })
  const connect = async (): Promise<PushdConnection> => {
    const client = await RawClient.connect(port)
    clients.push(client)
    return new PushdConnection(client)
  }
  return { gateway, port, statsPort, pollPort, connect }
}
