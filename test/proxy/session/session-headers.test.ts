import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sessionHeaders } from '../../../proxy/session/session-headers.ts'

test('session, rules and ids are read from the headers of a response', () => {
  const read = sessionHeaders(
    [
      ['Grip-Session-Id', ' s1 '],
      ['grip-session-detect', 'path-prefix=/poll; sid-ptr=/sid'],
      ['Grip-Session-Detect', 'sid-ptr="/a;b" ; json-param=d;path-prefix="/x,y", path-prefix=/; sid-ptr=/0'],
      ['Grip-Last', 'news; last-id=1, other;last-id="a;b"'],
      ['GRIP-LAST', 'third; x=1; last-id=3'],
      ['X-A', '1'],
    ],
    'a.example',
  )
  const domain = 'a.example'
  assert.deepEqual(read, {
    sid: 's1',
    rules: [
      { domain, pathPrefix: '/poll', sidPointer: '/sid', jsonParam: undefined },
      { domain, pathPrefix: '/x,y', sidPointer: '/a;b', jsonParam: 'd' },
      { domain, pathPrefix: '/', sidPointer: '/0', jsonParam: undefined },
    ],
    lastIds: [
      ['news', '1'],
      ['other', 'a;b'],
      ['third', '3'],
    ],
  })
})

test('what cannot be read, or is too long, is left out', () => {
  const long = 'x'.repeat(1025)
  const read = sessionHeaders(
    [
      ['Grip-Session-Id', long],
      ['Grip-Session-Detect', 'path-prefix=/'],
      ['Grip-Session-Detect', 'sid-ptr=/sid'],
      ['Grip-Session-Detect', `path-prefix=/${long}; sid-ptr=/sid`],
      ['Grip-Last', `news, other; last-id=, ; last-id=1, c; last-id=${long}`],
    ],
    'a.example',
  )
  assert.deepEqual(read, { sid: undefined, rules: [], lastIds: [] })
})
