import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transportOf } from '../../../proxy/doors/sockjs/transports/transport-of.ts'

const FRAME = 'a["50% </script>\u2028é"]'

const written: [name: string, type: string, bytes: string][] = [
  ['xhr', 'text/plain', 'a["50% </script>\u2028é"]\n'],
  ['xhr_streaming', 'application/javascript; charset=UTF-8', 'a["50% </script>\u2028é"]\n'],
  ['eventsource', 'text/event-stream; charset=UTF-8', 'data: a["50%25 </script>\u2028é"]\r\n\r\n'],
  ['jsonp', 'application/javascript', '/**/_jp.x("a[\\"50% </script>\\u2028é\\"]");\n'],
  ['htmlfile', 'text/html; charset=UTF-8', '<script>\np("a[\\"50% \\u003c/script>\\u2028é\\"]");\n</script>\r\n'],
]

for (const [name, type, bytes] of written) {
  test(`${name} has its type and its way to write a frame`, () => {
    const format = transportOf(name)?.format('_jp.x')
    assert.equal(format?.contentType, type)
    assert.equal(format?.encode(FRAME), bytes)
  })
}

test('before the first frame of a stream comes what makes browsers show it', () => {
  assert.equal(transportOf('xhr_streaming')?.format('').prelude, `${'h'.repeat(2048)}\n`)
  assert.equal(transportOf('eventsource')?.format('').prelude, '\r\n')
  const page = transportOf('htmlfile')?.format('_jp.x').prelude ?? ''
  assert.ok(page.startsWith('<!doctype html>\n<html><head>\n'))
  assert.ok(page.includes('\n    var c = parent._jp.x;\n    c.start();\n    function p(d) {c.message(d);};\n'))
  assert.ok(page.length > 1024)
  assert.equal(transportOf('xhr')?.format('').prelude, '')
  assert.equal(transportOf('jsonp')?.format('a').prelude, '')
})

test('no other name is a transport', () => {
  for (const name of ['', 'websocket', 'xhr_send', 'XHR', 'xhr_polling', 'constructor']) {
    assert.equal(transportOf(name), undefined)
  }
})
