// GRIP 9.3
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startMetricsServer } from '../../../handler/observe/metrics/metrics-server.ts'
import { freePorts } from '../../support/free-ports.ts'
import { RawClient } from '../../support/raw-client.ts'

/** As a process that was killed. */
function leaveSocket(path: string): void {
  const listen = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', listen])
}

test('every method and path gets the metrics as text', async (t) => {
  const [port = 0] = await freePorts(1)
  const server = await startMetricsServer({ address: '127.0.0.1', port }, undefined, () => 'a 1\n')
  t.after(() => server.close())
  for (const line of ['GET /metrics', 'POST /any?x', 'DELETE /']) {
    const client = await RawClient.connect(port)
    client.send(`${line} HTTP/1.1\r\nContent-Length: 1\r\n\r\nx`)
    const { code, body, headers } = await client.response()
    assert.equal(code, 200, line)
    assert.equal(body, 'a 1\n')
    assert.ok(headers.includes('Content-Type: text/plain; version=0.0.4'), headers.join('\n'))
  }
})

test('a header that is too large is refused', async (t) => {
  const [port = 0] = await freePorts(1)
  const server = await startMetricsServer({ address: '127.0.0.1', port }, undefined, () => '')
  t.after(() => server.close())
  const client = await RawClient.connect(port)
  client.send(`GET / HTTP/1.1\r\nX: ${'x'.repeat(8192)}\r\n\r\n`)
  assert.equal((await client.response()).code, 431)
})

test('metrics on a Unix socket, whose file has the permissions asked for and replaces one left behind', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'metrics-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'metrics')
  leaveSocket(path)
  assert.ok(statSync(path).isSocket())
  const server = await startMetricsServer({ path }, 0o600, () => 'a 1\n')
  t.after(() => server.close())
  assert.equal(statSync(path).mode & 0o777, 0o600)
  const [response] = (await once(request({ socketPath: path }).end(), 'response')) as [NodeJS.ReadableStream]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  assert.equal(text, 'a 1\n')
  await assert.rejects(
    startMetricsServer({ path }, undefined, () => ''),
    { message: `unable to bind to prometheus port: ${path}: address already in use` },
  )
})

test('a port that is taken is told with its address', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.after(() => taken.close())
  const { port } = taken.address() as { port: number }
  await assert.rejects(
    startMetricsServer({ address: '127.0.0.1', port }, undefined, () => ''),
    { message: `unable to bind to prometheus port: 127.0.0.1:${port}: address already in use` },
  )
})
