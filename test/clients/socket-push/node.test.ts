import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test } from 'node:test'
import { freePorts } from '../../support/free-ports.ts'
import { startSocketPush } from '../../support/socket-push.ts'
import { within } from '../../support/until.ts'

type Method = (...values: unknown[]) => Promise<unknown> | undefined

type Services = Record<string, Record<string, Method>>

interface Binding {
  connect(gateway: { host: string; port?: number; token?: string }): Promise<Services>
  serviceProxy(name: string, definition: object, gateway: { host: string; port?: number }): Record<string, Method>
}

const file = pathToFileURL(join(process.cwd(), 'clients/socket-push/node/service-proxy.mjs'))
const binding = (await import(file.href)) as Binding

/** What the first of the two callbacks that is called is called with. */
function called(
  call: (onResult: (value: unknown) => void, onError: (value: unknown) => void) => unknown,
): Promise<unknown> {
  return within(
    new Promise((resolve) => {
      assert.equal(
        call(
          (value) => resolve(['result', value]),
          (value) => resolve(['error', value]),
        ),
        undefined,
      )
    }),
    'a callback',
  )
}

for (const void_reply of ['null', 'empty']) {
  const push = await startSocketPush({ void_reply, admin_token: 'secret' })
  const gateway = { host: '127.0.0.1', port: push.adminPort, token: 'secret' }

  test(`calls are answered by callbacks, void ones too, with void_reply=${void_reply}`, async () => {
    const { auth, channel } = await binding.connect(gateway)
    assert.ok(auth && channel)
    assert.deepEqual(await called((onResult) => auth['set']?.(1, 'a/b ü', onResult)), ['result', undefined])
    assert.deepEqual(await called((onResult, onError) => auth['check']?.('a/b ü', onResult, onError)), ['result', 1])
    assert.deepEqual(await called((onResult, onError) => auth['check']?.('x', onResult, onError)), [
      'error',
      'Authorization failed',
    ])
    assert.deepEqual(await called((onResult) => channel['publish']?.('news', { a: 'ü' }, onResult)), [
      'result',
      undefined,
    ])
    // One function alone is for the result: the error is nobody's.
    void auth['check']?.('x', () => assert.fail('no result was expected'))
    assert.deepEqual(await called((onResult) => channel['listAll']?.(onResult)), ['result', []])
  })

  test(`without callbacks there are promises, with void_reply=${void_reply}`, async () => {
    const { auth, user } = await binding.connect(gateway)
    assert.ok(auth && user)
    assert.equal(await auth['set']?.(2, 'x'), undefined)
    await assert.rejects(user['publish']?.(2, { a: 1 }) ?? Promise.resolve(), { message: 'User not connected' })
  })
}

test('a gateway that cannot be reached is an error of the call', async () => {
  const [port = 0] = await freePorts(1)
  const definition = { check: { params: [{ name: 'sessionId', type: 'string' }] } }
  const auth = binding.serviceProxy('auth', definition, { host: '127.0.0.1', port })
  const error = await new Promise((resolve) => void auth['check']?.('x', () => resolve('a result'), resolve))
  assert.match(String(error), /ECONNREFUSED/)
})
