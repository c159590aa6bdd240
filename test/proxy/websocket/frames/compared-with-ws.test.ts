import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FrameError } from '../../../../proxy/websocket/frames/frame-error.ts'
import { FrameReader } from '../../../../proxy/websocket/frames/frame-reader.ts'
import type { FrameRules } from '../../../../proxy/websocket/frames/frame-rules.ts'
import { arbitraryFrames, cutAt } from './arbitrary-frames.ts'
import { fromClient, fromServer } from './recording-sink.ts'
import { Receiver } from './ws-package.ts'

interface Verdict {
  /** Whole messages and control frames, in order. */
  readonly heard: string[]
  /** The close code of the error that it ended with. */
  readonly closeCode: number | undefined
  readonly reason: string
}

function ours(rules: FrameRules, chunks: readonly Buffer[]): Verdict {
  const heard: string[] = []
  let opcode = 0
  let isLast = false
  let message = ''
  const reader = new FrameReader(
    {
      begin: (head) => {
        if (head.opcode !== 0) opcode = head.opcode
        isLast = head.fin
      },
      data: (piece) => void (message += piece.toString('latin1')),
      end: () => {
        if (!isLast) return
        heard.push(`${opcode} ${message}`)
        message = ''
      },
      control: (opcode, payload) => void heard.push(`${opcode} ${payload.toString('latin1')}`),
    },
    rules,
  )
  try {
    for (const chunk of chunks) reader.push(chunk)
    return { heard, closeCode: undefined, reason: '' }
  } catch (error) {
    assert.ok(error instanceof FrameError)
    return { heard, closeCode: error.closeCode, reason: error.message }
  }
}

async function theirs(rules: FrameRules, bytes: Buffer): Promise<Verdict> {
  const heard: string[] = []
  const receiver = new Receiver({ isServer: rules.masked, maxPayload: rules.maxMessage })
  const hear = (opcode: number, payload: Buffer): void => void heard.push(`${opcode} ${payload.toString('latin1')}`)
  receiver.on('message', (data: Buffer, isBinary: boolean) => hear(isBinary ? 2 : 1, data))
  receiver.on('ping', (data: Buffer) => hear(9, data))
  receiver.on('pong', (data: Buffer) => hear(10, data))
  receiver.on('conclude', (code: number, reason: Buffer) => {
    hear(8, code === 1005 ? reason : Buffer.from([code >> 8, code & 0xff, ...reason]))
  })
  receiver.on('error', () => {})
  const error = await new Promise<Error | null | undefined>((resolve) => receiver.write(bytes, resolve))
  receiver.destroy()
  return { heard, closeCode: error ? statusCode(error) : undefined, reason: error?.message ?? '' }
}

/** ws keeps the close code behind a symbol. */
function statusCode(error: Error): number {
  const symbol = Object.getOwnPropertySymbols(error).find(({ description }) => description === 'status-code')
  return (error as unknown as Record<symbol, number>)[symbol!]!
}

/** Equal, but for three things in which this reader keeps closer to RFC 6455. */
function compare(our: Verdict, their: Verdict): void {
  // 5.2: a length has to be in its shortest form. ws reads on.
  if (our.reason === 'a length is not in its shortest form') {
    assert.deepEqual(their.heard.slice(0, our.heard.length), our.heard)
    return
  }
  // A text fails when it is certain, in ws when its message is whole: until then ws hears control frames, or another error.
  if (our.reason === 'a text is not UTF-8') {
    assert.deepEqual(their.heard.slice(0, our.heard.length), our.heard)
    const further = their.heard.slice(our.heard.length)
    assert.ok(
      further.every((call) => !/^[12] /.test(call)),
      'ws takes it for a text',
    )
    return
  }
  assert.deepEqual(our.heard, their.heard)
  // 5.2: the highest bit of a length has to be clear. ws refuses it as too large.
  const expected = our.reason === 'a length has its highest bit set' ? 1009 : our.closeCode
  assert.equal(expected, their.closeCode, `${our.reason} / ${their.reason}`)
}

type Change = (bytes: Buffer) => Buffer

const place = fc.nat()
const anyByte = fc.nat(255)
/** Heads are few among the bytes, so values that matter in them are tried often. */
const byte = fc.oneof(
  anyByte,
  fc.constantFrom(0x00, 0x01, 0x80, 0x81, 0x82, 0x88, 0x89, 0xfe, 0xff, 0x7e, 0x7f, 0xc1, 0x08),
)
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, byte).map(([place, byte]): Change => (bytes) => {
    const changed = Buffer.from(bytes)
    if (changed.length > 0) changed[place % changed.length] = byte
    return changed
  }),
  fc.tuple(place, byte).map(([place, byte]): Change => (bytes) => {
    const at = place % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)])
  }),
  place.map((place): Change => (bytes) => {
    const at = place % (bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
  }),
  place.map(
    (place): Change =>
      (bytes) =>
        bytes.subarray(0, place % (bytes.length + 1)),
  ),
)

const places = fc.array(fc.nat(), { maxLength: 5 })

for (const [peer, expected] of Object.entries({ client: fromClient, server: fromServer })) {
  const rules: FrameRules = { ...expected, maxMessage: 50_000 }

  test(`what a ${peer} sends reads as ws reads it`, async () => {
    const input = arbitraryFrames(rules.masked)
    await fc.assert(
      fc.asyncProperty(input, places, async (bytes, places) => {
        const their = await theirs(rules, Buffer.from(bytes))
        compare(ours(rules, cutAt(bytes, places)), their)
      }),
      { numRuns: 300 },
    )
  })

  test(`what a ${peer} sends wrongly is refused as ws refuses it, or sooner`, async () => {
    const small = arbitraryFrames(rules.masked).map((bytes) => bytes.subarray(0, 400))
    const input = fc.tuple(small, fc.array(change, { minLength: 1, maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(input, places, async ([bytes, changes], places) => {
        const changed = changes.reduce((bytes, change) => change(bytes), bytes)
        const their = await theirs(rules, Buffer.from(changed))
        compare(ours(rules, cutAt(changed, places)), their)
      }),
      { numRuns: 3000 },
    )
  })

  test(`any first bytes of a ${peer} are judged as ws judges them`, async () => {
    const rest = rules.masked ? '00000000 03e8 616263' : '03e8 616263'
    for (let first = 0; first <= 0xff; first++) {
      for (const second of [0, 1, 2, 5, 125, 126, 127].flatMap((length) => [length, 0x80 | length])) {
        const bytes = Buffer.concat([Buffer.from([first, second]), Buffer.from(rest.replaceAll(' ', ''), 'hex')])
        compare(ours(rules, cutAt(bytes, [])), await theirs(rules, bytes))
      }
    }
  })
}
