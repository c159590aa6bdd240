import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toItem } from '../../../../proxy/doors/bus-item.ts'
import { failures, success } from '../../../../proxy/doors/pushd/commands/replies.ts'
import type { Dialect } from '../../../../proxy/doors/pushd/dialects/dialect.ts'
import { p1 } from '../../../../proxy/doors/pushd/dialects/p1.ts'
import { p2 } from '../../../../proxy/doors/pushd/dialects/p2.ts'
import { p3 } from '../../../../proxy/doors/pushd/dialects/p3.ts'
import { p4 } from '../../../../proxy/doors/pushd/dialects/p4.ts'
import { Timestamps } from '../../../../proxy/doors/pushd/state/timestamps.ts'

const facts = { stampOf: () => 1428559200000000000n, channelOf: () => 'c1' }

function rendered(dialect: Dialect, text: string, sender?: string): string {
  const content = Buffer.from(text, 'latin1')
  return dialect.render(toItem('on the bus', { content, contentType: 'text/plain', sender })).toString('latin1')
}

test('a message as the clients of each dialect get it', () => {
  assert.equal(rendered(p1(false), 'abc'), 'abc')
  assert.equal(rendered(p1(true), 'abc'), 'abc\n')
  assert.equal(rendered(p1(true), 'a\r\nb\n\r\xff'), 'a b \r\xff\n')
  assert.equal(rendered(p2(facts), 'abc'), '\0abc 1428559200000000000\x02')
  assert.equal(rendered(p2(facts), 'a\x02b\xff'), '\0a b\xff 1428559200000000000\x02')
  assert.equal(rendered(p3(facts), 'abc'), '\0\0\0\x17abc 1428559200000000000')
  const named = '0 c1 a_b 1428559200000000000 1428559200000000000 abc'
  assert.equal(rendered(p4(facts), 'abc', 'a b'), `\0\0\0\x40\0\0\0\x04RCIV\0\0\0\x34${named}`)
  assert.equal(rendered(p1(false), ''), '')
})

test('an item that says nothing is no message', () => {
  const item = { ...toItem('c', { content: Buffer.from('x'), contentType: 'text/plain' }), wsMessage: undefined }
  const close = { ...item, httpResponse: undefined, httpStream: { action: 'close' as const } }
  for (const dialect of [p1(true), p2(facts), p3(facts), p4(facts)]) assert.equal(dialect.render(close).length, 0)
})

function said(dialect: Dialect, reply: Parameters<Dialect['reply']>[1]): string {
  return dialect.reply('auth_client', reply).toString('latin1')
}

test('replies as the clients of each dialect get them', () => {
  const done = success('Client auth succeed', { p1: 'Auth succeed', p4: 'success' })
  assert.equal(said(p1(true), done), 'Auth succeed\n')
  assert.equal(said(p2(facts), done), '\x01Client auth succeed\n\x02')
  assert.equal(said(p3(facts), done), '\0\0\0\x13Client auth succeed')
  assert.equal(said(p4(facts), done), '\0\0\0\x1e\0\0\0\x0bauth_client\0\0\0\x0b200 success')
  assert.equal(said(p1(true), failures.clientAuthFail), 'Client auth fail\n')
  assert.equal(said(p2(facts), failures.clientAuthFail), '\x01Client auth fail\n\x02')
  assert.equal(said(p3(facts), failures.clientAuthFail), '\0\0\0\x11Client auth fail\n')
  assert.equal(
    said(p4(facts), failures.clientAuthFail),
    '\0\0\0\x27\0\0\0\x0bauth_client\0\0\0\x14508 Client auth fail',
  )
  assert.equal(said(p1(true), failures.noMessage), 'Publish without msg\n\n')
  assert.equal(said(p3(facts), failures.noMessage), '\0\0\0\x14Publish without msg\n')
})

test('no two messages have the same time, and a message always has the same one', (t) => {
  t.mock.method(Date, 'now', () => 1428559200000)
  const timestamps = new Timestamps()
  const [first, second] = ['x', 'y'].map((text) =>
    toItem('c', { content: Buffer.from(text), contentType: 'text/plain' }),
  )
  assert.ok(first !== undefined && second !== undefined)
  assert.equal(timestamps.of(first), 1428559200000000000n)
  assert.equal(timestamps.of(second), 1428559200000000001n)
  assert.equal(timestamps.of(first), 1428559200000000000n)
})
