import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { answer, jsonInstruct, longPoll } from './origin-answer.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth()

/** All of these time out after the shortest time there is, 5 s; they wait together. */
const ANSWERS: Readonly<Record<string, string>> = {
  plain: longPoll('plain', ['Grip-Timeout: 1', 'Content-Type: text/plain', 'X-A: 1'], 'nothing new'),
  status: longPoll('status', ['Grip-Timeout: 5', 'Grip-Status: 304']),
  exposed: longPoll('exposed', ['Grip-Timeout: 0', 'Grip-Expose-Headers: x-a', 'X-A: 1', 'X-B: 2'], 'body'),
  nowhere: answer(['Grip-Hold: response', 'Grip-Timeout: 1'], 'no channels'),
  json: jsonInstruct({
    hold: { mode: 'response', channels: [{ name: 'json' }], timeout: 1 },
    response: { code: 206, headers: { 'X-A': '1' }, body: 'from json' },
  }),
  early: longPoll('early', ['Grip-Timeout: 5'], 'too late'),
}

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  plain: ['HTTP/1.1 200 OK', 'Content-Type: text/plain', 'X-A: 1', 'Content-Length: 11', '', 'nothing new'],
  status: ['HTTP/1.1 304 Not Modified', '', ''],
  exposed: ['HTTP/1.1 200 OK', 'X-A: 1', 'Content-Length: 4', '', 'body'],
  nowhere: ['HTTP/1.1 200 OK', 'Content-Length: 11', '', 'no channels'],
  json: ['HTTP/1.1 206 Partial Content', 'X-A: 1', 'Content-Length: 9', '', 'from json'],
}

test('a long poll that nothing is published for gets its timeout response', async () => {
  backend.script = {
    whole: (socket, { line }) => {
      const [, name = ''] = /^GET \/(\w+) /.exec(line) ?? []
      socket.write(ANSWERS[name] ?? answer([], 'next'))
    },
  }
  const early = await holdOn(gateway, 'early')
  await gateway.publish([{ channel: 'early', formats: { 'http-response': { body: 'soon' } } }])
  assert.equal((await early.response()).body, 'soon')

  const waiting = Object.entries(EXPECTED).map(async ([name, expected]) => {
    const client = await RawClient.connect(gateway.port)
    client.send(get(`/${name}`))
    assert.deepEqual(shown(await client.response()), expected, name)
    client.send(get('/done'))
    assert.equal((await client.response()).body, 'next', name)
    client.abort()
  })
  await Promise.all(waiting)
  assert.equal(early.pending, '', 'what was answered before its time is not answered again')
  early.abort()
})
