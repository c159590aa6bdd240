import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SendQueue } from '../../../shared/link/send-queue.ts'
import { until } from '../../support/until.ts'

/** As a ZeroMQ socket: one `send` at a time. */
class FakeSocket {
  readonly sent: string[][] = []
  readonly unknown = new Set<string>()
  #finish: (() => void) | undefined
  #blocked = false

  async send(message: Array<Buffer | string>): Promise<void> {
    assert.equal(this.#finish, undefined, 'a second send while one is in flight')
    await new Promise<void>((resolve) => {
      this.#finish = resolve
      if (!this.#blocked) setImmediate(resolve)
    })
    this.#finish = undefined
    const parts = message.map(String)
    if (this.unknown.has(parts[0] ?? '')) throw new Error('EHOSTUNREACH')
    this.sent.push(parts)
  }

  get sending(): boolean {
    return this.#finish !== undefined
  }

  block(): void {
    this.#blocked = true
  }

  unblock(): void {
    this.#blocked = false
    this.#finish?.()
  }
}

const frame = (text: string): Buffer => Buffer.from(text)

test('what one turn of the event loop sends leaves as one message per receiver', async () => {
  const socket = new FakeSocket()
  const queue = new SendQueue(socket, assert.ifError)
  queue.push(frame('1'), 'a')
  queue.push(frame('2'), 'b')
  queue.push(frame('3'), 'a')
  await until(() => socket.sent.length === 2, 'two messages')
  assert.deepEqual(socket.sent, [
    ['a', '1', '3'],
    ['b', '2'],
  ])
})

test('what is pushed during a send waits for it, and then leaves together', async () => {
  const socket = new FakeSocket()
  const queue = new SendQueue(socket, assert.ifError)
  socket.block()
  queue.push(frame('1'))
  await until(() => socket.sending, 'a send in flight')
  for (const text of ['2', '3', '4']) queue.push(frame(text))
  socket.unblock()
  await until(() => socket.sent.length === 2, 'two messages')
  assert.deepEqual(socket.sent, [['1'], ['2', '3', '4']])
})

test('a receiver that is gone is named, and the others get theirs', async () => {
  const socket = new FakeSocket()
  socket.unknown.add('gone')
  const errors: string[] = []
  const queue = new SendQueue(socket, (receiver, error) => void errors.push(`${receiver}: ${error.message}`))
  queue.push(frame('1'), 'gone')
  queue.push(frame('2'), 'b')
  await until(() => socket.sent.length === 1, 'the message of b')
  queue.push(frame('3'), 'b')
  await until(() => socket.sent.length === 2, 'a later message of b')
  assert.deepEqual(errors, ['gone: EHOSTUNREACH'])
  assert.deepEqual(socket.sent, [
    ['b', '2'],
    ['b', '3'],
  ])
})

test('however pushes fall, each receiver gets every frame once and in order', async () => {
  const pushes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(pushes, async (list) => {
      const socket = new FakeSocket()
      const queue = new SendQueue(socket, assert.ifError)
      const expected: Record<string, string[]> = { a: [], b: [], c: [] }
      for (const [index, [receiver, pause]] of list.entries()) {
        queue.push(frame(String(index)), receiver)
        expected[receiver]?.push(String(index))
        if (pause) await new Promise(setImmediate)
      }
      const received = (receiver: string): string[] =>
        socket.sent.filter(([address]) => address === receiver).flatMap(([, ...frames]) => frames)
      await until(() => socket.sent.flat().length - socket.sent.length === list.length, 'every frame')
      for (const [receiver, frames] of Object.entries(expected)) assert.deepEqual(received(receiver), frames)
    }),
    { numRuns: 30 },
  )
})
