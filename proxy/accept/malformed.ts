import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Log } from '../../shared/log.ts'
import { answerError, answerSocket } from './answer.ts'
import { errors } from './errors.ts'
import type { ErrorAnswer } from './errors.ts'

const BY_CODE: Readonly<Record<string, ErrorAnswer>> = {
  HPE_HEADER_OVERFLOW: errors.headerTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: errors.chunkExtensionsTooLarge,
  HPE_INVALID_METHOD: errors.unknownMethod,
  HPE_INVALID_VERSION: errors.unknownVersion,
  ERR_HTTP_REQUEST_TIMEOUT: errors.headerTooSlow,
}

/** Bytes that are no request end their connection, with an answer where one can still be understood. */
export function onMalformed(log: Log): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, stream) => {
    const socket = stream as Socket & { _httpMessage?: ServerResponse }
    const code = error.code ?? ''
    const current = socket._httpMessage
    const isProtocolError = code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT'
    // In the middle of a response any answer would look like a part of it.
    if (!isProtocolError || !socket.writable || current?.headersSent) {
      socket.destroy()
      return
    }
    log.debug(`malformed request from ${socket.remoteAddress}: ${error.message}`)
    const answer = BY_CODE[code] ?? errors.malformed
    if (!current) answerSocket(socket, answer)
    // The body of the request in hand cannot be read on.
    else if (!current.req.complete) answerError(current, { ...answer, close: true })
    // The request in hand was whole; what follows it is not answered.
    else current.shouldKeepAlive = false
  }
}
