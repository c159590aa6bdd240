import assert from 'node:assert/strict'
import { CLOSE, CONTINUATION } from '../../support/websocket-frame.ts'
import type { Frame } from '../../support/websocket-frame.ts'
import { until } from '../../support/until.ts'
import type { WebSocketClient } from '../../support/websocket-client.ts'
import type { WebSocketPeer } from '../../support/websocket-peer.ts'
import { close } from './case.ts'
import type { Case } from './case.ts'
import { shown } from './shown.ts'

/** Milliseconds; generous for those with megabytes. */
const LIMIT = 30_000

/**
 * Does what the case says, and checks everything that comes until the connection is over.
 *
 * @param mayBeCut the echo comes in pieces: within a frame there is no room for a close frame, so the failure may go without
 */
export async function runCase(client: WebSocketClient, { steps, answers, end }: Case, mayBeCut = false): Promise<void> {
  const came = linesOf(client)
  for (const step of steps) {
    if (typeof step === 'string') await arrived(client, came, step)
    else client.sendBytes(step)
  }
  if (typeof end === 'number') {
    await client.closed(LIMIT)
    const isCut = mayBeCut && came.at(-1)?.startsWith('close') !== true
    const [failure = 'no close frame'] = isCut ? [`close ${end} `] : came.splice(-1)
    assert.match(failure, new RegExp(`^close ${end} `))
    // What was right before the failure has been passed on; its echo may come too late.
    assert.deepEqual(came, answers.slice(0, came.length))
    return
  }
  if (end === 'normal') {
    await atLeast(client, came, answers.length)
    client.sendBytes(close(1000))
  }
  await client.closed(LIMIT)
  assert.deepEqual(came, end === 'normal' ? [...answers, 'close 1000'] : answers)
}

/** Messages and control frames in the order in which they became complete. */
function linesOf(peer: WebSocketPeer): string[] {
  const lines: string[] = []
  let pieces: Buffer[] = []
  let opcode = 0
  peer.tell((frame: Frame) => {
    assert.equal(frame.masked, false)
    assert.equal(frame.rsv, 0)
    if (frame.opcode >= CLOSE) {
      lines.push(shown(frame.opcode, frame.payload))
      return
    }
    assert.equal(frame.opcode === CONTINUATION, pieces.length > 0)
    if (frame.opcode !== CONTINUATION) opcode = frame.opcode
    pieces.push(frame.payload)
    if (!frame.fin) return
    lines.push(shown(opcode, Buffer.concat(pieces)))
    pieces = []
  })
  return lines
}

/** A case has no answer twice that it waits for. */
async function arrived(client: WebSocketClient, came: readonly string[], line: string): Promise<void> {
  await until(
    () => came.includes(line) || client.ended,
    () => `${line}; came: ${came.join(', ')}`,
  )
}

async function atLeast(client: WebSocketClient, came: readonly string[], count: number): Promise<void> {
  await until(
    () => came.length >= count || client.ended,
    () => `${count} answers; ${came.length} came: ${came.slice(-3).join(', ').slice(0, 1000)}`,
    LIMIT,
  )
}
