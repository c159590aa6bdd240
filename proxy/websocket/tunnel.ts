import type { Socket } from 'node:net'
import { ClientFrames } from '../observe/client-frames.ts'
import type { Traffic } from '../observe/traffic.ts'

/** Milliseconds in which an end has to take some of what is left for it when the other end has gone. */
const LATE = 5000

type Count = (bytes: number) => void

/**
 * Passes bytes between a client and its backend without looking at them, as fast as the other takes them.
 * @param traffic counts them all as content
 */
export function tunnel(client: Socket, early: readonly Buffer[], backend: Socket, traffic?: Traffic): void {
  const [fromClient, fromBackend] = traffic === undefined ? [] : counters(traffic)
  for (const bytes of early) {
    fromClient?.(bytes.length)
    backend.write(bytes)
  }
  passOn(client, backend, fromClient)
  passOn(backend, client, fromBackend)
}

function counters(traffic: Traffic): [fromClient: Count, fromBackend: Count] {
  const client = new ClientFrames(traffic)
  const { server } = traffic
  return [
    (bytes) => {
      client.frameReceived(bytes, false)
      server.frameSent(bytes, false)
    },
    (bytes) => {
      server.frameReceived(bytes, false)
      client.frameSent(bytes, false)
    },
  ]
}

function passOn(from: Socket, to: Socket, count: Count | undefined): void {
  from.on('data', (bytes: Buffer) => {
    count?.(bytes.length)
    if (!to.write(bytes)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.on('error', () => from.destroy())
  // What was passed on still goes out, unless nobody takes it.
  from.on('close', () => {
    to.destroySoon()
    to.setTimeout(LATE, () => to.destroy())
  })
  from.resume()
}
