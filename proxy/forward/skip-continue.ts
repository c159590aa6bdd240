import type { Socket } from 'node:net'

const CONTINUE = /^HTTP\/1\.[01] 100[ \r]/
/** What the start of a response has to go on like to be a 100, as far as it is there. */
const START = 'HTTP/1.1 100 '
/** More than this is no `100 Continue`; undici is left to say what it is. */
const MAX_INTERIM = 4096

/** What is known of the response that is awaited on a connection. */
interface AwaitedResponse {
  readonly awaitsHead: boolean
  hasAnswered: boolean
}

/**
 * Keeps `100 Continue` responses from undici, which takes one for a broken backend. A backend may send it unasked, and the client has
 * had its own already (RFC 9110 15.2). undici reads through `read`, so this is where the bytes are looked at; only while the
 * head of a response is awaited, so that content is never touched. Notes that bytes have come.
 */
export function skipContinue(socket: Socket, connection: AwaitedResponse): void {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null
  let held: Buffer | undefined
  socket.read = (size?: number): Buffer | null => {
    const chunk = read(size)
    if (chunk === null || !connection.awaitsHead) return chunk
    connection.hasAnswered = true
    const bytes = held === undefined ? chunk : Buffer.concat([held, chunk])
    held = undefined
    const rest = withoutContinue(bytes)
    if (rest !== undefined) return rest
    held = bytes
    return EMPTY
  }
}

const EMPTY = Buffer.alloc(0)

/** Undefined when it takes more bytes to know. */
function withoutContinue(bytes: Buffer): Buffer | undefined {
  // What most responses are decided by: the first digit of the status.
  if (bytes.length > 9 && bytes[9] !== 0x31) return bytes
  const start = bytes.toString('latin1', 0, START.length)
  if (start.length < START.length) return START.startsWith(start.replace('HTTP/1.0', 'HTTP/1.1')) ? undefined : bytes
  if (!CONTINUE.test(start)) return bytes
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return bytes.length > MAX_INTERIM ? bytes : undefined
  const rest = bytes.subarray(end + 4)
  return rest.length === 0 ? rest : withoutContinue(rest)
}
