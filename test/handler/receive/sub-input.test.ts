import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { XPublisher } from 'zeromq'
import { startSubInput, type SubInput } from '../../../handler/receive/sub-input.ts'
import { FakeInbox, FakeReport } from './fakes.ts'

const ITEM = 'J{"channel":"other","formats":{"http-stream":{"content":"x"}}}'
const SUBSCRIBED = 1
const UNSUBSCRIBED = 0

let inbox: FakeInbox
let report: FakeReport
let input: SubInput
let publisher: XPublisher

beforeEach(async () => {
  inbox = new FakeInbox()
  report = new FakeReport()
  const options = { specs: ['tcp://127.0.0.1:*', 'tcp://127.0.0.1:*'], connect: false }
  input = await startSubInput(options, inbox, report.log, report.count)
  publisher = new XPublisher({ linger: 0 })
})
afterEach(() => {
  publisher.close()
  input.close()
})

/** Waits until the publisher has been told of a subscription, or of its end. */
async function told(kind: number, channel: string): Promise<void> {
  const [message] = await publisher.receive()
  assert.deepEqual(message, Buffer.from([kind, ...Buffer.from(channel)]))
}

test('an item goes to the channel it is sent to, whatever channel it names', async () => {
  input.subscribe('test')
  publisher.connect(input.endpoints[0]!)
  await told(SUBSCRIBED, 'test')
  await publisher.send(['test', ITEM])
  await publisher.send(['test', 'T46:7:formats,32:11:http-stream,13:7:content,0:,}}}'])
  await publisher.send(['test', '51:7:formats,37:13:http-response,16:4:body,6:hello\n,}}}'])
  await inbox.taken(3)
  assert.deepEqual(inbox.channels, ['test', 'test', 'test'])
})

test('publishers send nothing that nobody subscribed to', async () => {
  input.subscribe('b')
  publisher.connect(input.endpoints[0]!)
  await told(SUBSCRIBED, 'b')
  await publisher.send(['a', ITEM])
  await publisher.send(['b', ITEM])
  await inbox.taken(1)
  assert.deepEqual(inbox.channels, ['b'])
})

test('an item for a longer name goes to that channel, not to the shorter one', async () => {
  input.subscribe('news')
  publisher.connect(input.endpoints[0]!)
  await told(SUBSCRIBED, 'news')
  await publisher.send(['newspaper', ITEM])
  await inbox.taken(1)
  assert.deepEqual(inbox.channels, ['newspaper'])
})

test('subscribing twice and unsubscribing once ends the subscription', async () => {
  publisher.connect(input.endpoints[0]!)
  input.subscribe('test')
  input.subscribe('test')
  await told(SUBSCRIBED, 'test')
  input.unsubscribe('test')
  await told(UNSUBSCRIBED, 'test')
})

test('a channel without a name does not subscribe to everything', async () => {
  publisher.connect(input.endpoints[0]!)
  input.subscribe('')
  input.subscribe('test')
  await told(SUBSCRIBED, 'test')
})

test('every spec is bound', async () => {
  input.subscribe('test')
  publisher.connect(input.endpoints[1]!)
  await told(SUBSCRIBED, 'test')
})

for (const [what, frames, warning] of [
  ['one frame', ['test'], 'parts != 2'],
  ['three frames', ['test', ITEM, ''], 'parts != 2'],
  ['an empty item', ['test', ''], 'invalid format (tnetstring parse failed)'],
  ['no item', ['test', 'J7'], 'invalid format (not a valid json object)'],
  ['an item without formats', ['test', 'J{}'], 'invalid format: no formats specified'],
  ['a channel that is not UTF-8', [Buffer.from('test\xff', 'latin1'), ITEM], 'a channel that is not UTF-8'],
] as const) {
  test(`${what}: warns, counts and goes on`, async () => {
    input.subscribe('test')
    publisher.connect(input.endpoints[0]!)
    await told(SUBSCRIBED, 'test')
    await publisher.send([...frames])
    await publisher.send(['test', ITEM])
    await inbox.taken(1)
    assert.deepEqual(report.warnings, [`IN sub: received message with ${warning}, skipping`])
    assert.equal(report.counts.get('sub_refused'), 1)
  })
}

test('while the inbox is full nothing that was read is lost', async () => {
  input.subscribe('test')
  publisher.connect(input.endpoints[0]!)
  await told(SUBSCRIBED, 'test')
  inbox.full = true
  for (let sent = 0; sent < 100; sent++) await publisher.send([`test${sent}`, ITEM])
  inbox.full = false
  await inbox.taken(100)
  assert.equal(inbox.channels.at(-1), 'test99')
})

test('in connect mode it connects to each publisher', async (context) => {
  const publishers = [publisher, new XPublisher({ linger: 0 })]
  for (const socket of publishers) await socket.bind('tcp://127.0.0.1:*')
  const options = { specs: publishers.map((socket) => socket.lastEndpoint!), connect: true }
  const connected = await startSubInput(options, inbox, report.log, report.count)
  context.after(() => {
    connected.close()
    publishers[1]?.close()
  })
  connected.subscribe('test')
  for (const socket of publishers) {
    const [message] = await socket.receive()
    assert.equal(String(message), '\x01test')
    await socket.send(['test', ITEM])
  }
  await inbox.taken(2)
})

for (const connect of [false, true]) {
  test(`a spec that is none is told in one sentence (${connect ? 'connect' : 'bind'})`, async () => {
    const options = { specs: ['tcp://127.0.0.1:*', 'nonsense'], connect }
    if (connect) options.specs.shift()
    await assert.rejects(startSubInput(options, inbox, report.log, report.count), {
      message: 'ZeroMQ SUB input: nonsense: invalid argument',
    })
  })
}
