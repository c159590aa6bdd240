import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startMsgbus } from '../support/msgbus.ts'

const folder = mkdtempSync(join(tmpdir(), 'mb-'))
const root = join(folder, 'doc')
for (const path of ['doc', 'doc/sub', 'doc/empty', 'doc2']) mkdirSync(join(folder, path))
writeFileSync(join(root, 'index.html'), '<p>root')
writeFileSync(join(root, 'sub/index.html'), '<p>sub')
writeFileSync(join(root, 'a b;touch x.TXT'), 'text')
writeFileSync(join(root, 'nothing.js'), '')
writeFileSync(join(root, 'large.bin'), '')
truncateSync(join(root, 'large.bin'), 3_000_000)
writeFileSync(join(folder, 'doc2/s.txt'), 'secret')
symlinkSync('../doc2/s.txt', join(root, 'out.txt'))
symlinkSync('sub', join(root, 'in'))

const { gateway, door } = await startMsgbus({ keys: { document_root: root } })
after(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true })
})

test('files have their types, folders are their index.html, and the query does not matter', async () => {
  const cases = [
    ['/', '<p>root', 'text/html; charset=utf-8'],
    ['/index.html?x=1', '<p>root', 'text/html; charset=utf-8'],
    ['/sub', '<p>sub', 'text/html; charset=utf-8'],
    ['/in/', '<p>sub', 'text/html; charset=utf-8'],
    ['/a%20b;touch%20x.TXT', 'text', 'text/plain; charset=utf-8'],
    ['/nothing.js', '', 'text/javascript; charset=utf-8'],
    ['/sub/../index.html', '<p>root', 'text/html; charset=utf-8'],
  ] as const
  for (const [path, body, type] of cases) {
    const answer = await door.ask('GET', path)
    assert.deepEqual([answer.code, answer.body, answer.values('content-type')], [200, body, [type]], path)
    assert.deepEqual(answer.values('server'), ['msgbus'])
    const head = await door.ask('HEAD', path)
    assert.deepEqual([head.code, head.values('content-length')], [200, [String(body.length)]], path)
  }
  assert.equal((await door.ask('GET', '/large.bin')).body.length, 3_000_000)
})

test('nothing outside of the root is sent', async () => {
  const paths = ['/../doc2/s.txt', '/%2e%2e/doc2/s.txt', '/..%2fdoc2%2fs.txt', '/out.txt', '/sub/../../doc2/s.txt']
  for (const path of [...paths, '/none', '/empty', '/msgbus', '/%00', '/%', '/index.html/']) {
    const { code, body } = await door.ask('GET', path)
    assert.deepEqual([code, body], [404, '<h1>Not Found</h1>'], path)
  }
})

test('a file that the client has is not sent again', async () => {
  const first = await door.ask('GET', '/')
  const [tag = ''] = first.values('etag')
  const [modified = ''] = first.values('last-modified')
  for (const header of [`If-None-Match: ${tag}`, `If-None-Match: "x", W/${tag}`, `If-Modified-Since: ${modified}`]) {
    const { code, body } = await door.ask('GET', '/', [header])
    assert.deepEqual([code, body], [304, ''], header)
  }
  for (const header of [
    'If-None-Match: "x"',
    'If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT',
    'If-Modified-Since: x',
  ]) {
    assert.equal((await door.ask('GET', '/', [header])).code, 200, header)
  }
})

test('other methods are not for files', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const answer = await door.ask(method, '/index.html')
    assert.deepEqual([answer.code, answer.values('allow')], [405, ['GET, HEAD']], method)
  }
})
