import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FrameError } from '../../../../proxy/websocket/frames/frame-error.ts'
import { deflateMessage, inflateMessage } from '../../../../proxy/websocket/frames/message-deflate.ts'
import { hex } from './recording-sink.ts'
import { PerMessageDeflate } from './ws-package.ts'

const LIMIT = 100_000

const inflations: Array<[name: string, digits: string, message: string]> = [
  // RFC 7692 7.2.3
  ['a message', 'f2 48 cd c9 c9 07 00', 'Hello'],
  ['a message in a block without compression', '00 05 00 fa ff 48 65 6c 6c 6f 00', 'Hello'],
  ['a message whose block says that it is the last', 'f3 48 cd c9 c9 07 00 00', 'Hello'],
  ['a message of two blocks', 'f2 48 05 00 00 00 ff ff ca c9 c9 07 00', 'Hello'],
  ['an empty message', '00', ''],
  ['a last block without the padding behind it', 'f3 48 cd c9 c9 07 00', 'Hello'],
  ['two last blocks', 'f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00', 'HelloHello'],
  ['nothing at all', '', ''],
]

for (const [name, digits, message] of inflations) {
  test(`${name} is inflated`, () => assert.equal(inflateMessage(hex(digits), LIMIT).toString(), message))
}

const refusals: Array<[name: string, digits: string]> = [
  ['a block type that does not exist', 'ff'],
  ['a wrong length', '00 05 00 fa 00 48 65 6c 6c 6f 00'],
  ['a reference to an earlier message', 'f2 00 11 00 00'],
  ['a message that is cut off', 'f2 48 cd'],
  ['a message that is cut off in a last block', 'f3'],
  ['a block without compression that is cut off', '00 05 00 fa ff'],
  ['something behind a last block', 'f3 48 cd c9 c9 07 00 ff'],
  ['more last blocks than anybody sends', '0300'.repeat(1000)],
]

for (const [name, digits] of refusals) {
  test(`${name} ends the connection`, () => {
    assert.throws(() => inflateMessage(hex(digits), LIMIT), { name: 'FrameError', closeCode: 1007 })
  })
}

test('a message as large as allowed is inflated, one byte more is refused', () => {
  const message = Buffer.alloc(50_000, 'a')
  const deflated = deflateMessage(message)
  assert.ok(deflated.length < 200)
  assert.deepEqual(inflateMessage(deflated, 50_000), message)
  for (const limit of [49_999, 1, 0]) {
    assert.throws(() => inflateMessage(deflated, limit), { name: 'FrameError', closeCode: 1009 })
  }
  assert.throws(() => inflateMessage(deflateMessage(Buffer.from('a')), 0), { name: 'FrameError', closeCode: 1009 })
  assert.deepEqual(inflateMessage(hex('00'), 0), Buffer.alloc(0))
})

test('the limit counts for all last blocks together', () => {
  const twice = hex('f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00')
  assert.equal(inflateMessage(twice, 10).toString(), 'HelloHello')
  assert.throws(() => inflateMessage(twice, 9), { name: 'FrameError', closeCode: 1009 })
  assert.throws(() => inflateMessage(twice, 5), { name: 'FrameError', closeCode: 1009 })
})

test('a message that would fill the memory is refused before it does', () => {
  const bomb = deflateMessage(Buffer.alloc(20_000_000))
  const before = process.memoryUsage().arrayBuffers
  assert.throws(() => inflateMessage(bomb, 1000), { closeCode: 1009 })
  assert.ok(process.memoryUsage().arrayBuffers - before < 2_000_000)
})

const deflations: Array<[name: string, message: string, digits: string]> = [
  ['a message', 'Hello', 'f2 48 cd c9 c9 07 00'],
  ['an empty message', '', '00'],
]

for (const [name, message, digits] of deflations) {
  test(`${name} is deflated as in RFC 7692 7.2.3`, () => {
    assert.deepEqual(deflateMessage(Buffer.from(message)), hex(digits))
  })
}

const message = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.string(), fc.nat(3000)).map(([text, times]) => Buffer.from(text.repeat(times))),
  // Around the size of the pieces in which zlib writes.
  fc.integer({ min: 16_300, max: 16_400 }).chain((size) => {
    return fc.infiniteStream(fc.nat(255)).map((bytes) => Buffer.from(Array.from(bytes.take(size))))
  }),
)

test('any message survives the round trip, also with ws as either end', async () => {
  await fc.assert(
    fc.asyncProperty(message, async (message) => {
      const deflated = deflateMessage(message)
      const limit = Math.max(message.length, 1)
      assert.deepEqual(inflateMessage(deflated, limit), message)
      assert.deepEqual(await theirInflated(deflated), message)
      assert.deepEqual(inflateMessage(await theirDeflated(message), limit), message)
    }),
  )
})

test('nothing is inflated that ws refuses, and nothing else than an error happens', async () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })
  const small = fc.string({ unit: 'binary', maxLength: 100 }).map((text) => deflateMessage(Buffer.from(text)))
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(small, changes, fc.nat(10)).map(([deflated, changes, cut]) => {
      const changed = Buffer.from(deflated.subarray(0, Math.max(deflated.length - cut, 0)))
      for (const [place, byte] of changes) if (changed.length > 0) changed[place % changed.length] = byte
      return changed
    }),
  )
  await fc.assert(
    fc.asyncProperty(input, async (input) => {
      const inflated = inflatedOrNot(input)
      if (inflated === undefined) return
      const their = await theirInflated(input)
      // ws leaves out what follows a last block.
      assert.deepEqual(inflated.subarray(0, their.length), their)
    }),
    { numRuns: 2000 },
  )
})

function inflatedOrNot(payload: Buffer): Buffer | undefined {
  try {
    return inflateMessage(payload, LIMIT)
  } catch (error) {
    assert.ok(error instanceof FrameError)
    return undefined
  }
}

function theirInflated(payload: Buffer): Promise<Buffer> {
  return withTheirs((theirs, done) => theirs.decompress(payload, true, done))
}

function theirDeflated(message: Buffer): Promise<Buffer> {
  return withTheirs((theirs, done) => theirs.compress(message, true, done))
}

type Theirs = InstanceType<typeof PerMessageDeflate>

async function withTheirs(work: (theirs: Theirs, done: Parameters<Theirs['compress']>[2]) => void): Promise<Buffer> {
  const theirs = new PerMessageDeflate({ isServer: true })
  theirs.accept([{ server_no_context_takeover: [true], client_no_context_takeover: [true] }])
  try {
    return await new Promise((resolve, reject) => {
      work(theirs, (error, data) => (error ? reject(error) : resolve(data)))
    })
  } finally {
    theirs.cleanup()
  }
}
