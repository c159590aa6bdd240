import type { Socket } from 'node:net'

/** Milliseconds in which an end has to take some of what is left for it when the other end has gone. */
const LATE = 5000

/** Passes bytes between a client and its backend without looking at them, as fast as the other takes them. */
export function tunnel(client: Socket, early: readonly Buffer[], backend: Socket): void {
  for (const bytes of early) backend.write(bytes)
  passOn(client, backend)
  passOn(backend, client)
}

function passOn(from: Socket, to: Socket): void {
  from.on('data', (bytes: Buffer) => {
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
