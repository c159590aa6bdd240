import type { Socket } from 'node:net'
import type { FrameRules } from '../../../proxy/websocket/frames/frame-rules.ts'
import { memorySockets } from '../../../proxy/websocket/memory-socket.ts'
import { Peer } from '../../../proxy/websocket/peer.ts'
import { MASK } from '../../support/websocket-client.ts'
import { WebSocketPeer } from '../../support/websocket-peer.ts'

/** A connection within the test: what the gateway has of it, and the other end. */
export interface Ends {
  readonly peer: Peer
  /** The gateway's socket. */
  readonly socket: Socket
  readonly far: WebSocketPeer
}

export const CLIENT: FrameRules = { masked: true, deflate: false, maxMessage: 1_000_000 }
export const BACKEND: FrameRules = { ...CLIENT, masked: false }

/** @param rules of a client, or of a backend. */
export function ends(rules: FrameRules): Ends {
  const [socket, other] = memorySockets()
  const far = new WebSocketPeer(other, rules.masked ? MASK : undefined)
  other.on('data', (bytes: Buffer) => far.read(bytes))
  return { peer: new Peer(socket, rules), socket, far }
}
