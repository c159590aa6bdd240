import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'
import { bytesWaiting, quickWriter, streamWrap } from '../../../proxy/send/quick-write.ts'
import type { Write } from '../../../proxy/send/quick-write.ts'
import { until } from '../../support/until.ts'

const server = createServer()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())

/** Both ends of a connection; the reader takes nothing until it is resumed. */
async function pair(t: TestContext): Promise<{ writer: Socket; reader: Socket }> {
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [writer] = (await once(server, 'connection')) as [Socket]
  writer.on('error', () => {})
  reader.on('error', () => {})
  reader.pause()
  t.after(() => {
    writer.destroy()
    reader.destroy()
  })
  return { writer, reader }
}

async function readAll(reader: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of reader) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

test('the binding of this Node version is known: writes are quick', () => {
  assert.notEqual(streamWrap(), undefined)
})

const writers: [name: string, write: Write][] = [
  ['quick', quickWriter(streamWrap())],
  ['without the binding', quickWriter(undefined)],
]

for (const [name, write] of writers) {
  test(`${name}: bytes arrive in order, whatever way they are written`, async (t) => {
    const { writer, reader } = await pair(t)
    let expected = ''
    for (let i = 0; i < 2000; i++) {
      const text = `<${i}>${'x'.repeat((i * 37) % 3000)}`
      expected += text
      if (i % 3 === 0) writer.write(text)
      else write(writer, Buffer.from(text))
    }
    writer.end('last')
    assert.equal(await readAll(reader), `${expected}last`)
  })

  test(`${name}: what the reader does not take is counted, and arrives when it does`, async (t) => {
    const { writer, reader } = await pair(t)
    const piece = Buffer.alloc(1_000_000, 'x')
    let written = 0
    while (bytesWaiting(writer) < 5_000_000) {
      write(writer, piece)
      written += piece.length
    }
    const received = readAll(reader)
    await until(() => bytesWaiting(writer) === 0, 'everything to leave')
    writer.end()
    assert.equal((await received).length, written)
  })

  test(`${name}: a reader that has gone ends the connection, and later writes are harmless`, async (t) => {
    const { writer, reader } = await pair(t)
    reader.resetAndDestroy()
    await until(() => {
      write(writer, Buffer.from('x'))
      return writer.destroyed
    }, 'the end of the connection')
    write(writer, Buffer.from('x'))
    assert.equal(writer.destroyed, true)
  })
}
