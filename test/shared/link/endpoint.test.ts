import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isListening, linkPath, workerPath } from '../../../shared/link/endpoint.ts'

const directory = mkdtempSync(join(tmpdir(), 'link-'))
after(() => rmSync(directory, { recursive: true }))

test('the socket file is in the rundir, with the prefix in its name', () => {
  assert.equal(linkPath('/run/pushpin', 'a-'), '/run/pushpin/a-link')
})

test('a path as long as a socket path may be is taken', () => {
  assert.equal(linkPath(`/${'r'.repeat(101)}`, '').length, 107)
})

test('a longer path is refused: the system would cut it without a word', () => {
  assert.throws(() => linkPath(`/${'r'.repeat(102)}`, ''), { message: /longer than the 107 bytes.*shorter rundir/ })
})

test('the length counts in bytes', () => {
  assert.throws(() => linkPath(`/${'ü'.repeat(60)}`, ''), { message: /longer than the 107 bytes/ })
})

test('a socket file that a process listens on is in use; one left behind, or none, is not', async () => {
  const path = join(directory, 'link')
  assert.equal(await isListening(path), false)
  const server = createServer().listen(path)
  await once(server, 'listening')
  assert.equal(await isListening(path), true)
  server.close()
  await once(server, 'close')
  writeFileSync(path, '')
  assert.equal(await isListening(path), false)
})

test('each worker has a socket of its own', () => {
  assert.equal(workerPath('/run/pushpin', 'a-', 12), '/run/pushpin/a-worker-12')
  assert.throws(() => workerPath(`/${'r'.repeat(99)}`, '', 0), { message: /longer than the 107 bytes/ })
})
