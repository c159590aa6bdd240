import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startPushd } from '../support/pushd.ts'
import type { PushdConnection } from '../support/pushd.ts'

const { connect } = await startPushd()
const page = readFileSync('docs/doors/pushd.md', 'utf8')

test('the conversation of docs/doors/pushd.md is what happens, line by line', async () => {
  const lines = /^```text\n(A > .*?)^```$/ms.exec(page)?.[1]?.trimEnd().split('\n') ?? []
  assert.ok(lines.length > 10)
  const clients = new Map<string, PushdConnection>()
  for (const line of lines) {
    const [, name = '', direction, text] = /^(\w) ([<>]) (.*)$/.exec(line) ?? []
    const client = clients.get(name) ?? (await connect())
    clients.set(name, client)
    if (direction === '>') client.send(`${text}\n`)
    else assert.equal(await client.line(), text)
  }
  for (const client of clients.values()) await client.hasNothingElse()
})

test('docs/doors/pushd.md has every answer', () => {
  const replies = readFileSync('proxy/doors/pushd/commands/replies.ts', 'utf8')
  const texts = Array.from(replies.matchAll(/ failure\(\d+, '([^'\\]+)/g), ([, text = '']) => text)
  assert.ok(texts.length > 15)
  assert.deepEqual(
    texts.filter((text) => !page.includes(text)),
    [],
  )
})

test('docs/doors/pushd.md has the limits that the code has', () => {
  for (const [file, constant, row] of [
    ['commands/sub.ts', 'MAX_CHANNELS = 1000', '| channels of a connection | 1000 |'],
    ['state/tokens.ts', 'MAX_TOKENS = 100_000', '| tokens not used yet | 100,000 of an application, 10 minutes |'],
    ['state/tokens.ts', 'LIFETIME = 600_000', '| tokens not used yet | 100,000 of an application, 10 minutes |'],
    ['http/sessions.ts', 'MAX_SESSIONS = 100_000', '| long polling sessions | 100,000, 10 minutes'],
    ['http/sessions.ts', 'IDLE = 600_000', '| long polling sessions | 100,000, 10 minutes'],
    ['state/history.ts', 'MAX_CHANNELS = 100_000', '| channels with history | 100,000 |'],
    ['state/history.ts', 'MAX_BYTES = 67_108_864', '1000 messages of a channel; 64 MiB in all |'],
  ] as const) {
    assert.ok(readFileSync(`proxy/doors/pushd/${file}`, 'utf8').includes(constant), constant)
    assert.ok(page.includes(row), row)
  }
})
