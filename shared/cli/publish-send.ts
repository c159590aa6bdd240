import { encodeTnetstring, TnetstringError } from '../tnetstring.ts'
import { PublishError } from './publish-error.ts'
import type { WireItem } from './publish-message.ts'

// Milliseconds.
const TIMEOUT = 10_000

/** POSTs the item. @throws PublishError unless the answer is 200. */
export async function sendOverHttp(url: string, authorization: string | undefined, item: WireItem): Promise<void> {
  const headers = new Headers({ 'Content-Type': 'application/json' })
  if (authorization !== undefined) headers.set('Authorization', authorization)
  const body = JSON.stringify({ items: [item] })
  const response = await exchange(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT) })
  if (response.status !== 200) {
    throw new PublishError(response.text.trimEnd() || `the server answered with status ${response.status}`)
  }
}

async function exchange(url: string, request: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, request)
    return { status: response.status, text: await response.text() }
  } catch (error) {
    throw new PublishError(`can't publish to ${new URL(url).origin}: ${networkProblem(error)}`)
  }
}

/** fetch hides what happened in a chain of causes, and some of those have a code but no message. */
function networkProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return networkProblem(error.cause)
  if (error.message !== '') return error.message
  return 'code' in error ? String(error.code) : error.name
}

/** PUSHes the item to a spec. @throws PublishError when no PULL socket takes it in time. */
export async function sendOverZeromq(spec: string, item: WireItem): Promise<void> {
  const message = encode(item)
  // Loaded here, so that publishing over HTTP does not have to wait for it.
  const { Push } = await import('zeromq')
  // `immediate` makes `send` wait for a peer; `linger` lets the message leave after `close`.
  const socket = new Push({ immediate: true, sendTimeout: TIMEOUT, linger: TIMEOUT })
  try {
    socket.connect(spec)
    await socket.send(message)
  } catch (error) {
    throw new PublishError(`can't publish to ${spec}: ${zeromqProblem(error)}`)
  } finally {
    socket.close()
  }
}

function encode(item: WireItem): Buffer {
  try {
    return encodeTnetstring(item)
  } catch (error) {
    if (error instanceof TnetstringError) throw new PublishError(error.message)
    throw error
  }
}

function zeromqProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'EAGAIN' ? `nobody took the item within ${TIMEOUT / 1000} s` : error.message
}
