import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { test } from 'node:test'
import { inheritSocketOptions, KEEP_ALIVE_DELAY } from '../../../proxy/accept/socket-options.ts'

const skip = process.platform === 'linux' ? false : 'only Linux hands options on'

/** As /proc/net/tcp writes it. */
function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/** The timer of a connection as the system has it: kind, 2 for a keep-alive, and seconds to go. */
function timerOf({ localPort = 0, remotePort = 0 }: Socket): { kind: number; seconds: number } {
  const line = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .find((text) => new RegExp(`^ *\\d+: \\w+:${hex(localPort)} \\w+:${hex(remotePort)} `).test(text))
  const [kind = '', ticks = ''] = line?.trim().split(/ +/)[5]?.split(':') ?? []
  return { kind: parseInt(kind, 16), seconds: parseInt(ticks, 16) / 100 }
}

test('the system asks for silent clients although Node sets nothing on their connections', { skip }, async (t) => {
  const server = createServer({ noDelay: true, keepAlive: true }) as Server & { noDelay?: boolean; keepAlive?: boolean }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  inheritSocketOptions(server)
  assert.deepEqual([server.noDelay, server.keepAlive], [false, false])
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  t.after(() => client.destroy())
  t.after(() => socket.destroy())
  const { kind, seconds } = timerOf(socket)
  assert.equal(kind, 2)
  assert.ok(seconds > KEEP_ALIVE_DELAY - 20 && seconds <= KEEP_ALIVE_DELAY, `${seconds}`)
})

test('a server without such options keeps its own', () => {
  const server = createServer({ noDelay: true, keepAlive: true }) as Server & { noDelay?: boolean; keepAlive?: boolean }
  inheritSocketOptions(server)
  assert.deepEqual([server.noDelay, server.keepAlive], [true, true])
})
