import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { Dealer, Request } from 'zeromq'
import { type CommandSocket, startCommandSocket } from '../../../handler/receive/command-socket.ts'
import { FakeCommands, FakeInbox, FakeReport } from './fakes.ts'
import { until } from '../../support/until.ts'

const RECOVER = '28:2:id,1:7,6:method,7:recover,}'
const RECOVERED = '37:2:id,1:7,7:success,4:true!5:value,0:~}'

let inbox: FakeInbox
let commands: FakeCommands
let report: FakeReport
let socket: CommandSocket
let client: Request

beforeEach(async () => {
  inbox = new FakeInbox()
  commands = new FakeCommands()
  report = new FakeReport()
  const uris = { command: 'tcp://127.0.0.1:5563', publishPull: 'tcp://127.0.0.1:5560', publishSub: undefined }
  socket = await startCommandSocket('tcp://127.0.0.1:*', { uris, inbox, commands }, report.log, report.count)
  client = new Request({ linger: 0, receiveTimeout: 10_000 })
  client.connect(socket.endpoint)
})
afterEach(() => {
  client.close()
  socket.close()
})

async function ask(request: string): Promise<string> {
  await client.send(request)
  const [reply] = await client.receive()
  return String(reply)
}

/** A tnetstring dictionary whose values are tnetstrings already. */
function dictionary(values: Readonly<Record<string, string>>): string {
  const data = Object.entries(values)
    .map(([key, value]) => `${key.length}:${key},${value}`)
    .join('')
  return `${data.length}:${data}}`
}

function request(method: string, args: string): string {
  return dictionary({ method: `${method.length}:${method},`, args })
}

const OK = '28:7:success,4:true!5:value,0:~}'

function failed(condition: string, value?: string): string {
  const values = { success: '5:false!', condition: `${condition.length}:${condition},` }
  return dictionary(value === undefined ? values : { ...values, value: `${value.length}:${value},` })
}

test('recover reaches the workers, and the id comes back', async () => {
  assert.equal(await ask(RECOVER), RECOVERED)
  assert.equal(commands.recovered, 1)
})

test('conncheck answers with the ids that exist', async () => {
  commands.existing.add('w:2')
  const answer = await ask(request('conncheck', dictionary({ ids: '12:3:w:1,3:w:2,]' })))
  assert.equal(answer, '34:7:success,4:true!5:value,6:3:w:2,]}')
})

test('conncheck fails when the workers do not answer', async () => {
  commands.broken = true
  assert.equal(await ask(request('conncheck', dictionary({ ids: '0:]' }))), failed('proxy-request-failed'))
})

test('get-zmq-uris tells the sockets that are bound, as configured', async () => {
  const answer = await ask('25:6:method,12:get-zmq-uris,}')
  const uris = dictionary({ command: '20:tcp://127.0.0.1:5563,', 'publish-pull': '20:tcp://127.0.0.1:5560,' })
  assert.equal(answer, dictionary({ success: '4:true!', value: uris }))
})

test('publish takes a list of items', async () => {
  const item = '47:7:channel,1:c,11:http-stream,14:7:content,1:x,}}'
  assert.equal(await ask(request('publish', dictionary({ items: `${item.length}:${item}]` }))), OK)
  assert.deepEqual(inbox.channels, ['c'])
})

test('publish says when it takes nothing because too much waits', async () => {
  inbox.full = true
  const answer = await ask(request('publish', dictionary({ items: '0:]' })))
  assert.equal(answer, failed('service-unavailable', 'Too much waits to be delivered.'))
})

for (const [args, sentence] of [
  ['0:}', "Invalid format: object does not contain 'items'"],
  [dictionary({ items: '1:x,' }), "Invalid format: object contains 'items' with wrong type"],
  [dictionary({ items: '3:0:}]' }), "Invalid format: publish item object does not contain 'channel'"],
] as const) {
  test(`publish is a bad request: ${sentence}`, async () => {
    assert.equal(await ask(request('publish', args)), failed('bad-request', sentence))
  })
}

for (const [method, args] of [
  ['conncheck', '0:}'],
  ['conncheck', dictionary({ ids: '1:x,' })],
  ['conncheck', dictionary({ ids: '4:1:1#]' })],
  ['refresh', '0:}'],
] as const) {
  test(`${method} is a bad request with the arguments ${args}`, async () => {
    assert.equal(await ask(request(method, args)), failed('bad-request'))
  })
}

test('refresh finds no connection, and is done with a channel at once', async () => {
  assert.equal(await ask(request('refresh', dictionary({ cid: '3:w:1,' }))), failed('item-not-found'))
  assert.equal(await ask(request('refresh', dictionary({ channel: '1:c,' }))), OK)
})

test('another method is not found', async () => {
  assert.equal(await ask(request('shutdown', '0:}')), failed('method-not-found'))
  assert.equal(await ask(request('__proto__', '0:}')), failed('method-not-found'))
})

for (const [what, frames] of [
  ['one frame', [RECOVER]],
  ['no empty frame', ['x', RECOVER]],
  ['nothing after the empty frame', ['']],
  ['two frames after the empty one', ['', RECOVER, RECOVER]],
  ['an empty request', ['', '']],
  ['JSON', ['', '{"method":"recover"}']],
  ['a T before the tnetstring', ['', `T${RECOVER}`]],
  ['random bytes', ['', Buffer.from('ff00fe', 'hex')]],
  ['a huge length', ['', '999999999:}']],
  ['a list', ['', '0:]']],
  ['no method', ['', '0:}']],
  ['a method that is a number', ['', dictionary({ method: '1:1#' })]],
  ['an id that is a number', ['', dictionary({ id: '1:1#', method: '7:recover,' })]],
  ['arguments that are a list', ['', request('recover', '0:]')]],
] as const) {
  test(`${what}: no answer, a warning, and the next request is answered`, async () => {
    const dealer = new Dealer({ linger: 0, receiveTimeout: 10_000 })
    dealer.connect(socket.endpoint)
    await dealer.send([...frames])
    await dealer.send(['', RECOVER])
    const [delimiter, reply] = await dealer.receive()
    assert.deepEqual([String(delimiter), String(reply)], ['', RECOVERED])
    assert.equal(report.counts.get('command_refused'), 1)
    assert.equal(report.warnings.length, 1)
    dealer.close()
  })
}

test('many clients with many requests each get all their answers', async () => {
  const dealers = Array.from({ length: 10 }, () => new Dealer({ linger: 0, receiveTimeout: 10_000 }))
  await Promise.all(
    dealers.map(async (dealer) => {
      dealer.connect(socket.endpoint)
      for (let sent = 0; sent < 300; sent++) await dealer.send(['', RECOVER])
      for (let received = 0; received < 300; received++) {
        const [, reply] = await dealer.receive()
        assert.equal(String(reply), RECOVERED)
      }
    }),
  )
  for (const dealer of dealers) dealer.close()
  assert.equal(commands.recovered, 3000)
})

test('no more requests are read while a thousand wait for the workers', async (context) => {
  let asked = 0
  let answering = false
  const slow = {
    recover: () => {},
    refresh: async () => false,
    refreshChannel: async () => {},
    connCheck: async () => {
      asked++
      await until(() => answering, 'answering')
      return []
    },
  }
  const uris = { command: undefined, publishPull: undefined, publishSub: undefined }
  const busy = await startCommandSocket('tcp://127.0.0.1:*', { uris, inbox, commands: slow }, report.log, report.count)
  const dealer = new Dealer({ linger: 0, receiveTimeout: 10_000 })
  context.after(() => {
    dealer.close()
    busy.close()
  })
  dealer.connect(busy.endpoint)
  for (let sent = 0; sent < 1500; sent++) await dealer.send(['', request('conncheck', dictionary({ ids: '0:]' }))])
  await until(() => asked === 1000, 'a thousand are asked')
  answering = true
  for (let received = 0; received < 1500; received++) await dealer.receive()
  assert.equal(asked, 1500)
})
