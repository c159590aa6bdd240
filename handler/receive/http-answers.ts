import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'

export type ReplyFormat = 'text' | 'json'

const FORMATS: ReadonlyMap<string, ReplyFormat> = new Map([
  ['text/plain', 'text'],
  ['text/*', 'text'],
  ['*/*', 'text'],
  ['*', 'text'],
  ['application/json', 'json'],
  ['application/*', 'json'],
])

/** The last type in the Accept header that is known; quality values do not count. Undefined when none is (GRIP 5.1). */
export function replyFormat(accept: string | undefined): ReplyFormat | undefined {
  if (accept === undefined || accept === '*/*') return 'text'
  let format: ReplyFormat | undefined
  for (const element of accept.split(',')) {
    const type = element.split(';', 1)[0] ?? ''
    format = FORMATS.get(type.trim().toLowerCase()) ?? format
  }
  return format
}

/** A success that is told as a word of text or as a JSON object with that message. */
export interface Success {
  readonly text: string
  readonly json: Buffer
}

export function successMessage(message: string): Success {
  return { text: `${message}\n`, json: Buffer.from(`${JSON.stringify({ message })}\n`) }
}

export function answerSuccess(reply: FastifyReply, success: Success, format: ReplyFormat): void {
  if (format === 'text') answer(reply, 200, 'text/plain', success.text)
  else answer(reply, 200, 'application/json', success.json)
}

/** @param body text leaves in one piece with the head; of JSON a Buffer, because to the content type of JSON text fastify adds a charset. */
export function answer(reply: FastifyReply, status: number, contentType: string, body: string | Buffer): void {
  void reply.code(status).header('content-type', contentType).send(body)
}

/** Every error is told as text, whatever the client accepts (GRIP 5.1). */
export function refuse(reply: FastifyReply, status: number, sentence: string): void {
  answer(reply, status, 'text/plain', `${sentence}\n`)
}

export function refuseFormat(reply: FastifyReply): void {
  refuse(reply, 406, 'Not Acceptable. Supported formats are text/plain and application/json.')
}

/** @param allow the methods the path has, as the header wants them. */
export function refuseMethod(request: FastifyRequest, reply: FastifyReply, allow: string): void {
  refuse(reply.header('allow', allow), 405, `Method not allowed: ${request.method}.`)
}

// Milliseconds for the client to read the answer to what could not be parsed, while the rest of what it sends is thrown away.
const REFUSAL_GRACE = 2000

const refused = new WeakSet<Socket>()

/** Whether the connection's last answer has been given by `refuseUnparsed`: no request of it may have an effect any more. */
export function isRefused(socket: Socket): boolean {
  return refused.has(socket)
}

/** For what the HTTP parser refused: there is no request to reply to, so the answer goes straight to the connection. */
export function refuseUnparsed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (refused.has(socket)) return
  const sentence = parserSentence(error.code ?? '', isAnswering(socket))
  if (sentence === undefined || !socket.writable) {
    socket.destroy()
    return
  }
  const body = `${sentence}\n`
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
  refused.add(socket)
  socket.end(head + body)
  // Closing at once would reset the connection if the client still sends, and it might never see the answer.
  const grace = setTimeout(() => socket.destroy(), REFUSAL_GRACE).unref()
  socket.once('close', () => clearTimeout(grace))
}

/** Undefined for what deserves no answer: timeouts and broken connections. */
function parserSentence(code: string, answering: boolean): string | undefined {
  if (!code.startsWith('HPE_')) return undefined
  if (code === 'HPE_HEADER_OVERFLOW') return 'Request header too large.'
  if (code === 'HPE_INVALID_CONTENT_LENGTH' || code === 'HPE_UNEXPECTED_CONTENT_LENGTH') return 'Bad Content-Length.'
  return answering ? 'Request body exceeded Content-Length.' : 'Failed to parse request header.'
}

/** Whether a request of this connection is still unanswered. Then what follows it and is no request belongs to its body. */
function isAnswering(socket: Socket): boolean {
  return '_httpMessage' in socket && socket._httpMessage !== null
}
