import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { within } from '../support/until.ts'

const { gateway, backend } = await startBoth()

function blocks(page: string): string[] {
  return Array.from(readFileSync(page, 'utf8').matchAll(/^```js\n(.*?)^```$/gms), ([, block = '']) => block)
}

/** Runs a module as if it was a file in the project; resolves with what it prints. */
async function run(code: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  try {
    const [status] = (await within(once(child, 'close'), 'the end of the module')) as [number | null]
    assert.equal(status, 0)
    return output
  } finally {
    child.kill('SIGKILL')
  }
}

for (const [index, code] of blocks('docs/publishing.md').entries()) {
  test(`what ZeroMQ example ${index + 1} of docs/publishing.md publishes arrives`, async () => {
    backend.answer(
      'HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: news\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    )
    const client = await RawClient.connect(gateway.port)
    try {
      client.send('GET / HTTP/1.1\r\nHost: example.com\r\n\r\n')
      await client.until('\r\n\r\n')
      const adapted = code
        .replace('tcp://localhost:5560', gateway.pullSpec)
        .replace('tcp://localhost:5562', gateway.subSpec)
      assert.notEqual(adapted, code)
      await run(`${adapted}\nsocket.close()`)
      await client.until('data: hi\n\n')
    } finally {
      client.abort()
    }
  })
}

test('the function of docs/backends.md tells signed requests from others', async () => {
  const [code = ''] = blocks('docs/backends.md')
  const call = "cameThroughGateway(request.headers['grip-sig'], 'changeme')"
  await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n')
  const [token = ''] = (await backend.next()).values('grip-sig')
  const [header, claims] = token.split('.')
  const cases: readonly (readonly [value: string | undefined, key: string, expected: boolean])[] = [
    [token, 'changeme', true],
    [token, 'another', false],
    [`${header}.${claims}.`, 'changeme', false],
    ['x', 'changeme', false],
    [undefined, 'changeme', false],
  ]
  const calls = cases.map(([value, key]) => `cameThroughGateway(${JSON.stringify(value)}, '${key}')`)
  assert.ok(code.includes(call))
  const output = await run(`${code.replace(call, '')}\nconsole.log(JSON.stringify([${calls.join(', ')}]))`)
  assert.deepEqual(
    JSON.parse(output),
    cases.map(([, , expected]) => expected),
  )
})
