import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'

// Below what systems give to outgoing connections: of these there are thousands in a run, and one of them could take a port
// between its choice and its use.
const LOWEST = 10_000
const HIGHEST = 32_000

/** Ports of 127.0.0.1 that were free a moment ago; all are held until the last is known, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>()
  while (held.size < count) {
    const port = randomInt(LOWEST, HIGHEST)
    const server = await hold(port)
    if (server !== undefined) held.set(port, server)
  }
  await Promise.all(Array.from(held.values(), (server) => once(server.close(), 'close')))
  return [...held.keys()]
}

/** Undefined when the port is taken. */
async function hold(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}
