import * as fc from 'fast-check'

/** Frames of whole messages and control frames, as bytes of the wire. Written plainly, to compare what is written for speed with. */
export function arbitraryFrames(masked: boolean): fc.Arbitrary<Buffer> {
  const key = masked ? fc.uint8Array({ minLength: 4, maxLength: 4 }) : fc.constant(undefined)
  return fc.array(fc.oneof(arbitraryMessage, arbitraryControl), { maxLength: 8 }).chain((groups) => {
    const frames = groups.flat()
    const keys = fc.array(key, { minLength: frames.length, maxLength: frames.length })
    return keys.map((keys) => Buffer.concat(frames.map((frame, index) => onWire(frame, keys[index]))))
  })
}

/** Cuts bytes at any places; each chunk is a copy, since a reader changes what it reads. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return sorted.slice(1).map((end, index) => Buffer.from(bytes.subarray(sorted[index], end)))
}

interface WireFrame {
  readonly opcode: number
  readonly fin: boolean
  readonly payload: Uint8Array
}

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
const text = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => new Uint8Array(Buffer.from(text)))

const arbitraryControl: fc.Arbitrary<WireFrame[]> = fc
  .tuple(fc.constantFrom(9, 10), bytes(125))
  .map(([opcode, payload]) => [{ opcode, fin: true, payload }])

const content = fc.oneof(
  fc.tuple(fc.constant(1), text),
  fc.tuple(fc.constant(2), fc.oneof(bytes(20), bytes(300))),
  fc.tuple(fc.constant(2), fc.nat(70_000)).map(([opcode, length]) => [opcode, new Uint8Array(length)] as const),
)

const arbitraryMessage: fc.Arbitrary<WireFrame[]> = fc
  .tuple(content, fc.array(fc.tuple(fc.nat(), fc.option(arbitraryControl)), { maxLength: 4 }))
  .map(([[opcode, payload], breaks]) => {
    const frames: WireFrame[] = []
    let start = 0
    for (const [place, control] of breaks) {
      const end = start + (place % (payload.length - start + 1))
      frames.push({ opcode: frames.length === 0 ? opcode : 0, fin: false, payload: payload.subarray(start, end) })
      frames.push(...(control ?? []))
      start = end
    }
    frames.push({ opcode: frames.length === 0 ? opcode : 0, fin: true, payload: payload.subarray(start) })
    return frames
  })

function onWire({ opcode, fin, payload }: WireFrame, key: Uint8Array | undefined): Buffer {
  const { length } = payload
  const extended = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8)
  if (extended.length === 2) extended.writeUInt16BE(length)
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length))
  const form = extended.length === 0 ? length : extended.length === 2 ? 126 : 127
  const start = Buffer.from([(fin ? 0x80 : 0) | opcode, (key ? 0x80 : 0) | form])
  if (key === undefined) return Buffer.concat([start, extended, payload])
  return Buffer.concat([start, extended, key, payload.map((byte, index) => byte ^ key[index % 4]!)])
}
