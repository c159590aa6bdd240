/** What a client offers, and what the gateway has to accept of it: nothing where it would need a smaller window. */
export interface Offer {
  /** Of the group 13. */
  readonly number: string
  readonly header: string
  readonly accepted: string | undefined
}

export const ACCEPTED = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
const BASE = 'permessage-deflate; client_no_context_takeover; client_max_window_bits'

export const offers: readonly Offer[] = [
  { number: '13.1', header: BASE, accepted: ACCEPTED },
  { number: '13.2', header: `${BASE}; server_no_context_takeover`, accepted: ACCEPTED },
  { number: '13.3', header: `${BASE}; server_max_window_bits=8`, accepted: undefined },
  {
    number: '13.4',
    header: `${BASE}; server_max_window_bits=15`,
    accepted: `${ACCEPTED}; server_max_window_bits=15`,
  },
  { number: '13.5', header: `${BASE}; server_no_context_takeover; server_max_window_bits=8`, accepted: undefined },
  {
    number: '13.6',
    header: `${BASE}; server_no_context_takeover; server_max_window_bits=15`,
    accepted: `${ACCEPTED}; server_max_window_bits=15`,
  },
  {
    number: '13.7',
    header: `${BASE}; server_no_context_takeover; server_max_window_bits=8, ${BASE}; server_no_context_takeover, ${BASE}`,
    accepted: ACCEPTED,
  },
]

/** Bytes of each message, and of each of its frames before they are compressed; 0 for one frame. */
export const sizes: readonly (readonly [size: number, frame: number])[] = [
  [16, 0],
  [64, 0],
  [256, 0],
  [1024, 0],
  [4096, 0],
  [8192, 0],
  [16_384, 0],
  [32_768, 0],
  [65_536, 0],
  [131_072, 0],
  [8192, 256],
  [16_384, 256],
  [32_768, 256],
  [65_536, 256],
  [131_072, 256],
  [131_072, 1024],
  [131_072, 4096],
  [131_072, 32_768],
]

export interface Data {
  /** Of the group 12. */
  readonly number: string
  readonly binary: boolean
  readonly content: Buffer
}

const CONTENT = 300_000

/** Stand for the files of the suite: much the same to compress. */
export const data: readonly Data[] = [
  { number: '12.1', binary: false, content: records() },
  { number: '12.2', binary: true, content: noise(16) },
  {
    number: '12.3',
    binary: true,
    content: Buffer.from('Habe nun, ach! Philosophie, Juristerei und Medizin '.repeat(6000)),
  },
  { number: '12.4', binary: true, content: noise(256) },
  { number: '12.5', binary: false, content: Buffer.from('<li class="item"><a href="#">Grüße</a></li>\n'.repeat(6500)) },
]

/** The next message: texts are cut between characters. */
export function slice({ content, binary }: Data, size: number, index: number): Buffer {
  const start = (index * size) % (content.length - size)
  const piece = content.subarray(start, start + size)
  return binary ? piece : Buffer.from(piece.toString('latin1').replace(/[^ -~]/g, '.'))
}

function records(): Buffer {
  let text = ''
  for (let id = 0; text.length < CONTENT; id++)
    text += JSON.stringify({ id, name: `item ${id % 97}`, price: (id * 31) % 1009 })
  return Buffer.from(text)
}

/** Without a pattern, of that many different bytes. */
function noise(values: number): Buffer {
  const bytes = Buffer.alloc(CONTENT)
  let state = 1
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = (state >>> 16) % values
  }
  return bytes
}
