import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemorySessions } from '../../../handler/sessions/memory-sessions.ts'
import type { DetectRule } from '../../../shared/link/session-calls.ts'

const rule = (pathPrefix: string, sidPointer = '/sid', domain = 'a.example'): DetectRule => ({
  domain,
  pathPrefix,
  sidPointer,
})

test('rules are for their host and for paths that begin with their prefix, the longest first', async () => {
  const sessions = new MemorySessions()
  await sessions.setRules([rule('/'), rule('/poll'), rule('/other'), rule('/', '/sid', 'b.example')])
  assert.deepEqual(await sessions.rules('a.example', '/poll/1'), [rule('/poll'), rule('/')])
  assert.deepEqual(await sessions.rules('b.example', '/poll/1'), [rule('/', '/sid', 'b.example')])
  assert.deepEqual(await sessions.rules('c.example', '/poll/1'), [])
})

test('a rule that is said again is there once, and one with another pointer beside it', async () => {
  const sessions = new MemorySessions()
  await sessions.setRules([rule('/')])
  await sessions.setRules([rule('/'), rule('/', '/0/sid')])
  assert.deepEqual(await sessions.rules('a.example', '/'), [rule('/'), rule('/', '/0/sid')])
})

test('a host cannot have rules without end', async () => {
  const sessions = new MemorySessions()
  await sessions.setRules(Array.from({ length: 101 }, (_, at) => rule('/', `/${at}`)))
  const rules = await sessions.rules('a.example', '/')
  assert.equal(rules.length, 100)
  assert.equal(rules[0]?.sidPointer, '/1')
})

test('ids are added to those that are stored', async () => {
  const sessions = new MemorySessions()
  await sessions.update('s', [
    ['a', '1'],
    ['b', '1'],
  ])
  await sessions.update('s', [['a', '2']])
  await sessions.updateMany([['s', [['c', '3']]]])
  assert.deepEqual(new Map(await sessions.lastIds('s')), new Map(Object.entries({ a: '2', b: '1', c: '3' })))
  assert.deepEqual(await sessions.lastIds('other'), [])
})

test('a session has the ids of at most a hundred channels, those set last', async () => {
  const sessions = new MemorySessions()
  for (let at = 0; at <= 100; at++) await sessions.update('s', [[`c${at}`, '1']])
  const lastIds = await sessions.lastIds('s')
  assert.equal(lastIds.length, 100)
  assert.deepEqual(lastIds[0], ['c1', '1'])
})

test('what clients were sent makes no session that no backend has named', async () => {
  const sessions = new MemorySessions()
  await sessions.updateMany([['invented', [['a', '1']]]])
  assert.deepEqual(await sessions.lastIds('invented'), [])
})
