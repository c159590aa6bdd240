import assert from 'node:assert/strict'
import type { Gateway } from './gateway.ts'
import { ask } from './raw-client.ts'
import type { RecordingBackend } from './recording-backend.ts'

/** Asks the backend through the gateway, and fails if that is not the only whole request of this test it ever saw. */
export async function assertNothingElseArrived(gateway: Gateway, backend: RecordingBackend): Promise<void> {
  const { code } = await ask(gateway.port, 'GET /good HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal(code, 200)
  assert.deepEqual(
    backend.requests.map(({ line }) => line),
    ['GET /good HTTP/1.1'],
  )
}
