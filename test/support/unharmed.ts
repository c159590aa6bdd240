import assert from 'node:assert/strict'
import type { Gateway } from './gateway.ts'
import { ask } from './raw-client.ts'

/**
 * Looks at the gateway before something hostile is done to it. The function that comes back fails the test if that has ended a
 * process, made a handler throw, or left it unable to answer `GET /`.
 */
export function watchHarm(gateway: Gateway): () => Promise<void> {
  const before = gateway.pids()
  const errors = gateway.log.matching(/^\[ERR\]/).length
  return async () => {
    const { code } = await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    assert.equal(code, 200)
    assert.deepEqual(gateway.pids(), before)
    assert.deepEqual(gateway.log.matching(/^\[ERR\]/).slice(errors), [])
  }
}
