import assert from 'node:assert/strict'
import { readHead } from '../support/http-message.ts'
import type { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'

/** What of a stream's body has come so far, without its chunks; nothing is taken. */
export function bodySoFar(client: RawClient): string {
  const head = readHead(client.pending)
  if (head === undefined) return ''
  const chunks: string[] = []
  for (let at = head.length; ;) {
    const lineEnd = client.pending.indexOf('\r\n', at)
    if (lineEnd === -1) return chunks.join('')
    const size = Number.parseInt(client.pending.slice(at, lineEnd), 16)
    const chunk = client.pending.slice(lineEnd + 2, lineEnd + 2 + size)
    chunks.push(chunk)
    at = lineEnd + 2 + size + 2
    if (size === 0 || at > client.pending.length) return chunks.join('')
  }
}

/** Waits until so much of a stream's body has come, and fails if it is not exactly this. */
export async function streamed(client: RawClient, body: string, limit?: number): Promise<void> {
  await until(
    () => bodySoFar(client).length >= body.length || client.ended,
    () => `${JSON.stringify(body)}, but the body is ${JSON.stringify(bodySoFar(client))}`,
    limit,
  )
  assert.equal(bodySoFar(client), body)
}
