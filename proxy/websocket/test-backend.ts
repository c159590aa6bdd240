import type { Socket } from 'node:net'
import { testResource } from '../forward/test-target.ts'
import { CLOSE, CONTINUATION, TEXT } from './frames/frame.ts'
import type { FrameHead } from './frames/frame.ts'
import { memorySockets } from './memory-socket.ts'
import { Peer } from './peer.ts'
import type { PeerOwner } from './peer.ts'

const PREFIX = Buffer.from('m:')

export const NO_TEST_RESOURCE = { code: 404, message: 'no such test resource' }

/** Whether the path below the route's is `/ws`. */
export function isTestWebSocket(target: string, pathBeg: string): boolean {
  const [path = ''] = target.split('?')
  return testResource(path, pathBeg) === '/ws'
}

/**
 * What the target `test` is as a WebSocket backend (GRIP 7.8): it echoes, and with `grip` it subscribes to the channels of the query.
 * @returns the gateway's end of the connection to it.
 */
export function connectTestBackend(target: string, grip: boolean, maxMessage: number): Socket {
  const [near, far] = memorySockets()
  const peer = new Peer(far, { masked: true, deflate: false, maxMessage })
  peer.owner = new Echo(peer, grip)
  peer.start()
  if (!grip) return near
  for (const channel of channelsOf(target)) {
    peer.send(TEXT, Buffer.from(`c:${JSON.stringify({ channel, type: 'subscribe' })}`))
  }
  return near
}

function channelsOf(target: string): Set<string> {
  const [, query = ''] = target.split(/\?(.*)/s)
  const channels = new Set(new URLSearchParams(query).getAll('channel').filter((name) => name !== ''))
  return channels.size === 0 ? new Set(['test']) : channels
}

class Echo implements PeerOwner {
  readonly #peer: Peer
  readonly #grip: boolean
  #isHeld = false

  constructor(peer: Peer, grip: boolean) {
    this.#peer = peer
    this.#grip = grip
  }

  begin(head: FrameHead): void {
    const prefix = this.#grip && head.opcode !== CONTINUATION ? PREFIX : undefined
    this.#paced(this.#peer.beginFrame({ ...head, length: head.length + (prefix?.length ?? 0) }))
    if (prefix !== undefined) this.data(prefix)
  }

  data(piece: Buffer): void {
    this.#paced(this.#peer.writePiece(piece))
  }

  end(): void {}

  control(opcode: number, payload: Buffer): void {
    if (opcode !== CLOSE) {
      this.#paced(this.#peer.send(opcode, payload))
      return
    }
    this.#peer.sendClose(payload)
    this.#peer.finish()
  }

  drained(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#peer.resume()
  }

  closed(): void {}

  /** What comes back may not pile up when nobody reads it. */
  #paced(takesMore: boolean): void {
    if (takesMore || this.#isHeld) return
    this.#isHeld = true
    this.#peer.pause()
  }
}
