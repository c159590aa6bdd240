import type { Socket } from 'node:net'

/*
 * A write() of a small piece costs a net.Socket about as much in JavaScript as in the kernel. For fan-out that is every delivery, so here
 * the piece goes straight to the socket's handle, as net.Socket itself does it in the end. This uses what Node does not promise
 * to keep; when anything of it is missing, socket.write() does the work, and nothing but the speed changes.
 */

/** The piece of a write that Node's handle did not take at once. */
interface WriteRequest {
  buffer?: Buffer
  handle?: unknown
  oncomplete?: (this: WriteRequest, status: number) => void
}

interface StreamWrap {
  readonly WriteWrap: new () => WriteRequest
  readonly streamBaseState: Int32Array
  readonly kLastWriteWasAsync: number
}

interface Handle {
  writeBuffer?(request: WriteRequest, bytes: Buffer): number
}

const UNDER_WAY = Symbol('bytes the handle has not written yet')

interface QuickSocket extends Socket {
  readonly _handle?: Handle | null
  [UNDER_WAY]?: number
}

/** Bytes given to a socket that the system has not taken yet. */
export function bytesWaiting(socket: Socket): number {
  return socket.writableLength + ((socket as QuickSocket)[UNDER_WAY] ?? 0)
}

/** Writes to a socket, after everything that was written to it before. The bytes must not be changed afterwards. */
export type Write = (socket: Socket, bytes: Buffer) => void

/** @param wrap Node's binding; without it every write goes through the socket. */
export function quickWriter(wrap: StreamWrap | undefined): Write {
  if (wrap === undefined) return slowWrite
  const { WriteWrap, streamBaseState, kLastWriteWasAsync } = wrap
  // Only a write that is not done at once takes its request; until then one serves all.
  let spare = new WriteWrap()
  return (socket: QuickSocket, bytes) => {
    const handle = socket._handle
    // What waits in the socket has to go first. TLS frames its bytes itself.
    if (socket.writableLength > 0 || !socket.writable || 'encrypted' in socket || handle?.writeBuffer === undefined) {
      slowWrite(socket, bytes)
      return
    }
    const request = spare
    const failed = handle.writeBuffer(request, bytes) !== 0
    if (failed) {
      socket.destroy()
      return
    }
    if (streamBaseState[kLastWriteWasAsync] === 0) return
    spare = new WriteWrap()
    request.handle = handle
    request.buffer = bytes
    socket[UNDER_WAY] = (socket[UNDER_WAY] ?? 0) + bytes.length
    request.oncomplete = (status) => {
      socket[UNDER_WAY] = (socket[UNDER_WAY] ?? 0) - bytes.length
      if (status < 0) socket.destroy()
    }
  }
}

function slowWrite(socket: Socket, bytes: Buffer): void {
  socket.write(bytes)
}

/** Node's binding, or undefined where it is not what it is in the versions this was written for. */
export function streamWrap(): StreamWrap | undefined {
  try {
    const { binding } = process as unknown as { binding?: (name: string) => Partial<StreamWrap> }
    const wrap = binding?.('stream_wrap')
    const isKnown =
      typeof wrap?.WriteWrap === 'function' &&
      wrap.streamBaseState instanceof Int32Array &&
      typeof wrap.kLastWriteWasAsync === 'number'
    return isKnown ? (wrap as StreamWrap) : undefined
  } catch {
    return undefined
  }
}

export const quickWrite: Write = quickWriter(streamWrap())
