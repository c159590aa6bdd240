import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'

const page = readFileSync('docs/sessions.md', 'utf8')
const [response = '', request = ''] = Array.from(page.matchAll(/^```http\n(.*?)```$/gms), ([, block = '']) =>
  wire(block),
)
const [told = ''] = Array.from(page.matchAll(/^```text\n(.*?)\n```$/gms), ([, block = '']) => block)

/** The head's lines end as they do on the wire; the block's last line end is not of the body. */
function wire(block: string): string {
  const [head = '', body = ''] = block.split('\n\n')
  return `${head.replaceAll('\n', '\r\n')}\r\n\r\n${body.trimEnd()}`
}

const { gateway, backend } = await startBoth({ condition: '*,session' })

test('after the response of docs/sessions.md the backend is told what the page says of the request', async () => {
  backend.answer(response)
  await ask(gateway.port, 'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n')
  await backend.next()
  await ask(gateway.port, request)
  const { headers } = await backend.next()
  assert.equal(told.split('\n').length, 2)
  assert.deepEqual(
    headers.filter((line) => /^Grip-(?:Session|Last)/.test(line)),
    told.split('\n'),
  )
})
