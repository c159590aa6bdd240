import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { Push } from 'zeromq'
import { type PullInput, startPullInput } from '../../../handler/receive/pull-input.ts'
import { FakeInbox, FakeReport } from './fakes.ts'
import { until } from '../../support/until.ts'

// What the publish tool of 2012 sends.
const TNETSTRING = '92:7:channel,4:test,13:http-response,16:4:body,6:hello\n,}11:http-stream,19:7:content,6:hello\n,}}'
const JSON_ITEM = '{"channel":"json","formats":{"http-stream":{"content":"x"}}}'

let inbox: FakeInbox
let report: FakeReport
let input: PullInput
let publisher: Push

beforeEach(async () => {
  inbox = new FakeInbox()
  report = new FakeReport()
  input = await startPullInput('tcp://127.0.0.1:*', inbox, report.log, report.count)
  publisher = new Push({ linger: 0 })
  publisher.connect(input.endpoint)
})
afterEach(() => {
  publisher.close()
  input.close()
})

test('takes JSON after a J, and tnetstrings with and without a T', async () => {
  await publisher.send(`J${JSON_ITEM}`)
  await publisher.send(`T${TNETSTRING}`)
  await publisher.send(TNETSTRING)
  await inbox.taken(3)
  assert.deepEqual(inbox.channels, ['json', 'test', 'test'])
  assert.deepEqual(report.warnings, [])
})

for (const [what, frames, warning] of [
  ['two frames', [TNETSTRING, 'x'], 'parts != 1, skipping'],
  ['three frames', ['', '', ''], 'parts != 1, skipping'],
  ['an empty frame', [''], 'invalid format (tnetstring parse failed), skipping'],
  ['broken JSON', ['J{'], 'invalid format (json parse failed), skipping'],
  ['JSON that is not UTF-8', [Buffer.from('J{"a":"\xff"}', 'latin1')], 'invalid format (json parse failed), skipping'],
  ['a JSON list', ['J[]'], 'invalid format (not a valid json object), skipping'],
  ['random bytes', [Buffer.from('00ff13378d', 'hex')], 'invalid format (tnetstring parse failed), skipping'],
  ['a huge length', ['999999999:x,'], 'invalid format (tnetstring parse failed), skipping'],
  ['an endless length', ['9'.repeat(100_000)], 'invalid format (tnetstring parse failed), skipping'],
  ['deep nesting', [`J${'['.repeat(100_000)}`], 'invalid format (json parse failed), skipping'],
  ['a tnetstring that is no dictionary', ['1:a,'], 'invalid format: publish item object is not an object, skipping'],
  ['an item without channel', ['0:}'], "invalid format: publish item object does not contain 'channel', skipping"],
] as const) {
  test(`${what}: warns, counts and goes on`, async () => {
    await publisher.send([...frames])
    await publisher.send(TNETSTRING)
    await inbox.taken(1)
    assert.deepEqual(report.warnings, [`IN pull: received message with ${warning}`])
    assert.equal(report.counts.get('pull_refused'), 1)
  })
}

test('a flood of garbage writes one line a second, and says how many it left out', async () => {
  for (let sent = 0; sent < 500; sent++) await publisher.send('garbage')
  await report.counted('pull_refused', 500)
  assert.equal(report.warnings.length, 1)
  await until(() => report.warnings.length > 1, 'the rest is told')
  assert.equal(report.warnings[1], 'IN pull: 499 more warnings left out')
})

test('while the inbox is full nothing is lost, and the publishers wait', async () => {
  inbox.full = true
  for (let sent = 0; sent < 300; sent++) await publisher.send(`J${JSON_ITEM.replace('json', String(sent))}`)
  await until(() => inbox.refused > 0, 'the inbox refused an item')
  assert.equal(inbox.refused, 1)
  inbox.full = false
  await inbox.taken(300)
  assert.deepEqual(
    inbox.channels,
    Array.from({ length: 300 }, (_, index) => String(index)),
  )
})

test('an input that is closed while the inbox is full lets go', async () => {
  inbox.full = true
  await publisher.send(TNETSTRING)
  await until(() => inbox.refused > 0, 'the inbox refused an item')
  input.close()
  inbox.full = false
  assert.deepEqual(inbox.items, [])
})

test('an address in use is told in one sentence', async () => {
  await assert.rejects(startPullInput(input.endpoint, inbox, report.log, report.count), {
    message: `ZeroMQ PULL input: ${input.endpoint}: address already in use`,
  })
})

test('a spec that is none is told in one sentence', async () => {
  await assert.rejects(startPullInput('nonsense', inbox, report.log, report.count), {
    message: 'ZeroMQ PULL input: nonsense: invalid argument',
  })
})

test('the socket file of a running gateway is not taken over', async (context) => {
  const directory = await mkdtemp(join(tmpdir(), 'pull-input-'))
  context.after(() => rm(directory, { recursive: true }))
  const spec = `ipc://${join(directory, 'in')}`
  const first = await startPullInput(spec, inbox, report.log, report.count)
  await assert.rejects(startPullInput(spec, inbox, report.log, report.count), {
    message: `ZeroMQ PULL input: ${spec}: address already in use`,
  })
  first.close()
})
