import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PushdClient } from '../../../../proxy/doors/pushd/client.ts'
import { p1 } from '../../../../proxy/doors/pushd/dialects/p1.ts'
import type { PushdState } from '../../../../proxy/doors/pushd/state/pushd-state.ts'
import { socketPair } from '../../../support/socket-pair.ts'
import { until } from '../../../support/until.ts'

test('nothing waits for the rest of a command whose client has left while another one was being answered', async (t) => {
  const [ours, theirs] = await socketPair(t)
  const timers: (() => void)[] = []
  let answer: ((taken: boolean) => void) | undefined
  const state = {
    context: {
      nextId: () => 'a',
      count() {},
      wheel: { after: (_milliseconds: number, action: () => void) => void timers.push(action) },
      publish: () =>
        new Promise<boolean>((resolve) => {
          answer = resolve
        }),
    },
    names: { channelOf: (_app: string, name: string) => name },
    history: { follow() {} },
  } as unknown as PushdState
  let isClosed = false
  const closed = (): void => {
    isClosed = true
  }
  const text = p1(true)
  // oxlint-disable-next-line no-new -- it lives by its socket
  new PushdClient(ours, {
    state,
    dialects: { text, p3: text, p4: text },
    lineMax: 100,
    isHasty: false,
    looks: 0,
    closed,
  })
  theirs.write('pub a b\npub a unfinished')
  await until(() => answer !== undefined, 'the first command')
  theirs.resetAndDestroy()
  // What is paused does not notice that its client has gone; a write, or the end of the session, does.
  ours.destroy()
  await until(() => isClosed, 'the end of the connection')
  answer?.(true)
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(timers.length, 0)
})
