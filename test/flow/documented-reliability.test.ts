// What the documentation of Pushpin and GRIP shows about reliability, with its very paths, channels and ids.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { get, holdOn } from './held.ts'
import { chunk, reply } from './items.ts'
import { answer, longPoll, stream } from './origin-answer.ts'
import { shown } from './shown.ts'
import { streamed } from './streamed.ts'

const TEXT = 'Content-Type: text/plain'

const { gateway, backend } = await startBoth()

function asked(): string[][] {
  return backend.requests.map((request) => [targetOf(request.line), ...request.values('grip-last')])
}

test('/first and /second are one response', async () => {
  backend.script = byPath({
    '/first': answer([TEXT, 'Grip-Link: </second>; rel=next'], 'hello\n'),
    '/second': answer([TEXT], 'world\n'),
  })
  const response = await ask(gateway.port, get('/first').replace('localhost', 'example.com'))
  assert.deepEqual(
    shown(response).filter((line) => !/^transfer-encoding:/i.test(line)),
    ['HTTP/1.1 200 OK', TEXT, '', 'hello\nworld\n'],
  )
})

function fruitAfter(id: number): string {
  return `Grip-Link: </fruit/?after=${id}>; rel=next; timeout=120`
}

test('a stream of fruit is repaired through /fruit/?after=3', async () => {
  backend.script = byPath({
    '/fruit/': stream('fruit; prev-id=3', [TEXT, fruitAfter(3)], 'apple\nbanana\ncherry\n'),
    '/fruit/?after=3': stream('fruit; prev-id=6', [TEXT, fruitAfter(6)], 'elderberry\nfig\n'),
  })
  const client = await holdOn(gateway, 'fruit', get('/fruit/'))
  await gateway.publish([
    chunk('fruit', 'date\n', { id: '4', 'prev-id': '3' }),
    chunk('fruit', 'fig\n', { id: '6', 'prev-id': '5', 'no-seq': true }),
  ])
  const body = 'apple\nbanana\ncherry\ndate\nelderberry\nfig\n'
  await streamed(client, body)
  assert.deepEqual(asked(), [['/fruit/'], ['/fruit/?after=3', 'fruit; last-id=4']])
  await gateway.publish([chunk('fruit', 'grape\n', { id: '7', 'prev-id': '6' })])
  await streamed(client, `${body}grape\n`)
  client.abort()
})

/** The stream of one document whose ids are its digests, as a PHP program of a few lines serves it. */
function serveDocument(data: () => string): void {
  backend.script = {
    whole(socket, request) {
      const id = digest(data())
      const recover = targetOf(request.line).endsWith('?recover=true')
      const [last = ''] = request.values('grip-last')
      const known = recover && last === `reliable-stream; last-id=${id}`
      const link = 'Grip-Link: </reliable-stream.php?recover=true>; rel=next; timeout=1'
      socket.write(stream(`reliable-stream; prev-id=${id}`, [TEXT, link], known ? '' : data()))
    },
  }
}

function digest(data: string): string {
  return createHash('md5').update(data).digest('hex')
}

test('a stream of one document repairs itself when a message was lost', async () => {
  let data = '{"text": "hello"}\n'
  serveDocument(() => data)
  const client = await holdOn(gateway, 'reliable-stream', get('/reliable-stream.php'))
  await streamed(client, '{"text": "hello"}\n')
  const first = digest(data)
  data = '{"text": "new data"}\n'
  await gateway.publish([chunk('reliable-stream', data, { id: digest(data), 'prev-id': first })])
  await streamed(client, '{"text": "hello"}\n{"text": "new data"}\n')
  // This one is never published: the stream is quiet, and the gateway asks.
  const second = digest(data)
  data = '{"text": "unpublished"}\n'
  await streamed(client, '{"text": "hello"}\n{"text": "new data"}\n{"text": "unpublished"}\n')
  assert.ok(asked().some(([, last]) => last === `reliable-stream; last-id=${second}`))
  // Asked again while nothing is new, the backend appends nothing.
  const count = backend.requests.length
  await until(
    () => backend.requests.length > count + 1,
    () => `more requests than ${count}`,
  )
  await streamed(client, '{"text": "hello"}\n{"text": "new data"}\n{"text": "unpublished"}\n')
  assert.deepEqual(asked().at(-1), ['/reliable-stream.php?recover=true', `reliable-stream; last-id=${digest(data)}`])
  client.abort()
})

test('lines that are stored and published are all delivered, whatever becomes of the messages', async () => {
  const lines = ['one', 'two']
  backend.script = {
    whole(socket, request) {
      const [last] = request.values('grip-last')
      const query = /[?]after=(\d+)/.exec(targetOf(request.line))?.[1]
      const after = Number(last?.replace('test; last-id=', '') ?? query ?? 0)
      const body = lines.slice(after).map((line) => `${line}\n`)
      const link = `Grip-Link: </?after=${lines.length}>; rel=next`
      socket.write(stream(`test; prev-id=${lines.length}`, [TEXT, link], body.join('')))
    },
  }
  const client = await holdOn(gateway, 'test', get('/'))
  await streamed(client, 'one\ntwo\n')
  const add = (line: string): object => {
    lines.push(line)
    const id = lines.length
    return chunk('test', `${line}\n`, { id: `${id}`, 'prev-id': `${id - 1}`, 'no-seq': true })
  }
  await gateway.publish([add('three')])
  add('lost')
  await gateway.publish([add('five')])
  await streamed(client, 'one\ntwo\nthree\nlost\nfive\n')
  await gateway.publish([add('six')])
  await streamed(client, 'one\ntwo\nthree\nlost\nfive\nsix\n')
  client.abort()
})

test('a long poll with prev-id is not held on what is out of date', async () => {
  backend.script = byPath({
    '/fruit/?after=3': [longPoll('fruit-poll; prev-id=3', [TEXT], ''), answer([TEXT], 'date\nelderberry\n')],
  })
  const client = await holdOn(gateway, 'fruit-poll', get('/fruit/?after=3'))
  await gateway.publish([reply('fruit-poll', 'elderberry\n', { id: '5', 'prev-id': '4' })])
  assert.equal((await client.response()).body, 'date\nelderberry\n')
  assert.deepEqual(asked(), [['/fruit/?after=3'], ['/fruit/?after=3', 'fruit-poll; last-id=3']])
  client.abort()
})
