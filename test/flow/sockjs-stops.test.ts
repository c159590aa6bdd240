import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import { held } from './held.ts'

test('when the gateway stops SockJS clients are told', async () => {
  const gateway = await startGateway({ routes: ['*,sockjs=/s,sockjs_as_path=/ws test'] })
  try {
    const framed = await openWebSocket(gateway.port, '/s/0/one/websocket')
    const stream = await RawClient.connect(gateway.port)
    stream.send('POST /s/0/two/xhr_streaming HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n')
    await held(gateway, 'test', 2)
    await gateway.stop()
    assert.deepEqual(await framed.closed(), ['text o', 'close 1001'])
    assert.ok((await stream.closed()).includes('c[1001,"Connection closed"]\n'))
  } finally {
    await gateway.stop()
  }
})

test('a route that gets SockJS while the gateway runs has it', async () => {
  const gateway = await startGateway({ routes: ['* test'] })
  try {
    await writeFile(gateway.routesFile, '*,sockjs=/s test\n')
    gateway.signal('SIGHUP')
    await gateway.log.waitFor(/routes loaded with 1 entries$/)
    let info = ''
    while (!info.includes('entropy')) info = await (await fetch(`http://127.0.0.1:${gateway.port}/s/info`)).text()
  } finally {
    await gateway.stop()
  }
})
