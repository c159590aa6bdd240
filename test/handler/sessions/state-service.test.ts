import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Router } from 'zeromq'
import { StateService } from '../../../handler/sessions/state-service.ts'
import { decodeTnetstring } from '../../../shared/tnetstring.ts'
import type { TnetValue } from '../../../shared/tnetstring.ts'
import { freePorts } from '../../support/free-ports.ts'
import { until } from '../../support/until.ts'

type Shown = string | number | boolean | null | Shown[] | { [key: string]: Shown }

interface Request {
  readonly method: string
  readonly args: Shown
  /** Bytes after `id` in the reply, without the dictionary's own length. */
  readonly answer: (rest: string) => Promise<void>
}

const [port = 0] = await freePorts(1)
const spec = `tcp://127.0.0.1:${port}`
const router = new Router({ linger: 0 })
const requests: Request[] = []
void receive()

const warnings: string[] = []
const log = { info() {}, warn: (line: string) => void warnings.push(line), debug() {} }
let failures = 0
const service = new StateService(log, () => void failures++)
await service.listen(spec)
router.connect(spec)
after(() => {
  service.close()
  router.close()
})
// Calls fail at once until it is connected.
await until(
  async () => (await service.lastIds('ready?')).length > 0,
  () => 'a first answer',
)

async function receive(): Promise<void> {
  for await (const [address, delimiter, body, ...rest] of router) {
    assert.equal(delimiter?.length, 0)
    assert.equal(rest.length, 0)
    const { id, method, args } = show(decodeTnetstring(body as Buffer)) as unknown as {
      id: string
      method: string
      args: Shown
    }
    const answer = async (fields: string): Promise<void> => {
      const dictionary = `2:id,${id.length}:${id},${fields}`
      await router.send([address as Buffer, '', `${Buffer.byteLength(dictionary)}:${dictionary}}`])
    }
    if (JSON.stringify(args) === '{"sid":"ready?"}') await answer('7:success,4:true!5:value,8:1:a,1:1,}')
    else requests.push({ method, args, answer })
  }
}

function show(value: TnetValue): Shown {
  if (Buffer.isBuffer(value)) return value.toString()
  if (Array.isArray(value)) return value.map(show)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, show(one)]))
}

async function next(): Promise<Request> {
  requests.length = 0
  await until(
    () => requests.length > 0,
    () => 'a request',
  )
  return requests[0] as Request
}

test('asks for the rules of a request', async () => {
  const rules = service.rules('a.example', '/poll')
  const { method, args, answer } = await next()
  assert.equal(method, 'session-detect-rules-get')
  assert.deepEqual(args, { domain: 'a.example', path: '/poll' })
  const value = '83:75:6:domain,9:a.example,11:path-prefix,1:/,7:sid-ptr,4:/sid,10:json-param,1:d,}1:x,]'
  await answer(`7:success,4:true!5:value,${value}`)
  assert.deepEqual(await rules, [{ domain: 'a.example', pathPrefix: '/', sidPointer: '/sid', jsonParam: 'd' }])
})

test('stores rules', async () => {
  const rule = { domain: 'a.example', pathPrefix: '/', sidPointer: '/sid' }
  const stored = service.setRules([rule, { ...rule, jsonParam: 'd' }])
  const { method, args, answer } = await next()
  assert.equal(method, 'session-detect-rules-set')
  const sent = { domain: 'a.example', 'path-prefix': '/', 'sid-ptr': '/sid' }
  assert.deepEqual(args, { rules: [sent, { ...sent, 'json-param': 'd' }] })
  await answer('7:success,4:true!5:value,0:~')
  await stored
})

test('stores the ids of one session and of many', async () => {
  const stored = service.update('s', [['a', '1']])
  const one = await next()
  assert.deepEqual([one.method, one.args], ['session-create-or-update', { sid: 's', 'last-ids': { a: '1' } }])
  await one.answer('7:success,4:true!5:value,0:~')
  await stored
  const many = service.updateMany([
    ['s', [['a', '2']]],
    ['t', [['b', '1']]],
  ])
  const both = await next()
  assert.deepEqual(
    [both.method, both.args],
    ['session-update-many', { 'sid-last-ids': { s: { a: '2' }, t: { b: '1' } } }],
  )
  await both.answer('7:success,4:true!5:value,0:~')
  await many
})

test("gets a session's ids; a session that is not known has none, which is no failure", async () => {
  const known = service.lastIds('s')
  const first = await next()
  assert.deepEqual([first.method, first.args], ['session-get-last-ids', { sid: 's' }])
  await first.answer('7:success,4:true!5:value,8:1:a,1:1,}')
  assert.deepEqual(await known, [['a', '1']])
  const before = failures
  const unknown = service.lastIds('t')
  await (await next()).answer('7:success,5:false!9:condition,14:item-not-found,')
  assert.deepEqual(await unknown, [])
  assert.equal(failures, before)
})

test('a failure, and a service that does not answer, are logged and ignored', async (t) => {
  const before = failures
  const failed = service.rules('a.example', '/')
  await (await next()).answer('7:success,5:false!9:condition,11:bad-request,')
  assert.deepEqual(await failed, [])
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const unanswered = service.rules('a.example', '/')
  t.mock.timers.tick(1000)
  assert.deepEqual(await unanswered, [])
  assert.equal(failures, before + 2)
})

test('something that is no reply is passed over', async () => {
  const ids = service.lastIds('s')
  const { answer } = await next()
  await answer('7:success,4:true!5:value,1:x,')
  assert.deepEqual(await ids, [])
})

test('without a service every call fails at once', async () => {
  const [nobody = 0] = await freePorts(1)
  const said: string[] = []
  const alone = new StateService({ ...log, warn: (line) => void said.push(line) }, () => {})
  await alone.listen(`tcp://127.0.0.1:${nobody}`)
  assert.deepEqual(await alone.lastIds('s'), [])
  alone.close()
  assert.match(said[0] ?? '', /^state service: session-get-last-ids: not sent: /)
})
