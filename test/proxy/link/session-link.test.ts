import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SessionLink } from '../../../proxy/link/session-link.ts'

const call = { method: 'last-ids', sid: 's' } as const

function linked(isUp = true): { link: SessionLink; sent: number[] } {
  const sent: number[] = []
  const link = new SessionLink((request) => {
    sent.push(request)
    return isUp
  })
  return { link, sent }
}

test('each call gets its own answer', async () => {
  const { link, sent } = linked()
  const [first, second] = [link.ask(call), link.ask(call)]
  link.answered(sent[1] ?? 0, [['b', '2']])
  link.answered(sent[0] ?? 0, [['a', '1']])
  assert.deepEqual(await Promise.all([first, second]), [[['a', '1']], [['b', '2']]])
})

test('a call without an answer ends after a second, and an answer that comes later is nothing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { link, sent } = linked()
  const asked = link.ask(call)
  t.mock.timers.tick(1000)
  assert.equal(await asked, undefined)
  link.answered(sent[0] ?? 0, [])
})

test('without a handler a call ends at once', async () => {
  assert.equal(await linked(false).link.ask(call), undefined)
})

test('past a thousand calls without an answer further ones end at once', async () => {
  const { link, sent } = linked()
  const asked = Array.from({ length: 1000 }, () => link.ask(call))
  assert.equal(await link.ask(call), undefined)
  for (const request of sent) link.answered(request, [])
  assert.equal((await Promise.all(asked)).length, 1000)
})

test('what is only told expects no answer', () => {
  const { link, sent } = linked()
  link.tell({ method: 'update-many', sessions: [] })
  assert.deepEqual(sent, [0])
})
