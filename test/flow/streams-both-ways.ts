import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import type { Gateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import type { RecordingBackend } from '../support/recording-backend.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { answer, stream } from './origin-answer.ts'

/** A gateway for tests of streams and of what their connections do afterwards. */
export class Streams {
  /** For the names of tests; empty for a gateway that takes held connections out of node:http. */
  readonly how: string
  readonly gateway: Gateway
  readonly backend: RecordingBackend

  constructor(how: string, { gateway, backend }: { gateway: Gateway; backend: RecordingBackend }) {
    this.how = how
    this.gateway = gateway
    this.backend = backend
  }

  /** From now on, a request under /hold/NAME is held as a stream on the channel of that name; others get their request line. */
  script(): void {
    this.backend.script = {
      whole: (socket, { line }) => {
        const channel = /\/hold\/([\w-]+)/.exec(line)?.[1]
        socket.write(channel === undefined ? answer([], line) : stream(channel, [], 'first,'))
      },
    }
  }

  /** What the backend got, one line a request. */
  seen(): string[] {
    return this.backend.requests.map(({ line }) => line.replace(' HTTP/1.1', ''))
  }

  publish(channel: string, content: string): Promise<void> {
    return this.gateway.publish([{ channel, formats: { 'http-stream': { content } } }])
  }

  close(channel: string): Promise<void> {
    return this.gateway.publish([{ channel, formats: { 'http-stream': { action: 'close' } } }])
  }

  /** A client that is held. */
  async open(request: string, channel: string): Promise<RawClient> {
    this.script()
    const client = await RawClient.connect(this.gateway.port)
    client.send(request)
    await this.live(client, channel)
    return client
  }

  /** Waits until the client is held for certain: what is published now arrives, as `<CHANNEL-NUMBER>`. */
  async live(client: RawClient, channel: string): Promise<void> {
    const mark = `<${channel}-${++marks}>`
    await until(
      async () => {
        await this.publish(channel, mark)
        return client.pending.includes(mark)
      },
      () => `a message on ${channel} in ${JSON.stringify(client.pending.slice(-500))}`,
    )
  }

  async nobodyOn(channel: string): Promise<void> {
    const matching = (): number => this.gateway.log.matching(new RegExp(`channel=${channel} receivers=0$`)).length
    const before = matching()
    await until(
      async () => {
        await this.publish(channel, '')
        return matching() > before
      },
      () => `nobody on ${channel}:\n${this.gateway.log.toString()}`,
    )
  }
}

let marks = 0

const OPTIONS = { routes: ['*,path_beg=/debug,debug BACKEND', '*,path_beg=/own test'] }

/**
 * Two gateways: one that takes held connections out of node:http, and one that cannot, because its Node lacks what that needs. A client
 * must not see a difference.
 */
export async function startBothWays(): Promise<readonly Streams[]> {
  const directory = mkdtempSync(join(tmpdir(), 'no-internals-'))
  after(() => rmSync(directory, { recursive: true }))
  const preload = join(directory, 'preload.cjs')
  writeFileSync(preload, "require('node:http')\ndelete require('_http_common').freeParser\n")
  const detaching = await startBoth(OPTIONS)
  process.env['NODE_OPTIONS'] = `--require ${preload}`
  const plain = await startBoth(OPTIONS)
  delete process.env['NODE_OPTIONS']
  return [new Streams('', detaching), new Streams(' (without internals)', plain)]
}

/** One more request on the connection, and its answer. */
export async function reuse(client: RawClient, path: string): Promise<void> {
  client.send(get(path))
  assert.equal((await client.response()).body, `GET ${path} HTTP/1.1`)
}

export function post(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** A client that can go on sending when the gateway has ended its direction. */
export async function halfOpen({ port }: Gateway): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await once(socket, 'connect')
  return new RawClient(socket)
}

/** A connection that is closed for good tells so by a reset, when something is sent on it. */
export async function sendUntilClosed({ socket }: RawClient, bytes: string): Promise<void> {
  await until(() => {
    if (!socket.destroyed) socket.write(bytes)
    return socket.destroyed
  }, 'the end of the connection')
}
