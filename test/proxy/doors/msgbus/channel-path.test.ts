import assert from 'node:assert/strict'
import { test } from 'node:test'
import { channelOf, locationOf, queryParam } from '../../../../proxy/doors/msgbus/channel-path.ts'

test('a channel is the text behind /msgbus/, as it stands', () => {
  const cases: Readonly<Record<string, string | null | undefined>> = {
    '/msgbus/': '',
    '/msgbus/?type=a/b': '',
    '/msgbus/foo': 'foo',
    '/msgbus/a%20b/c?x': 'a%20b/c',
    '/msgbus//Foo/': '/Foo/',
    '/msgbus/caf\xc3\xa9': 'café',
    '/msgbus/caf\xe9': null,
    [`/msgbus/${'x'.repeat(1024)}`]: 'x'.repeat(1024),
    [`/msgbus/${'x'.repeat(1025)}`]: null,
    '/%2Fmsgbus%2Fflood': 'flood',
    '/%2fMSGBUS%2fa%20b%2Fc?x': 'a b/c',
    '/%2Fmsgbus%2F%FF': null,
    '/msgbus': undefined,
    '/Msgbus/foo': undefined,
    '/x/msgbus/foo': undefined,
    '/': undefined,
    '*': undefined,
  }
  for (const [target, channel] of Object.entries(cases)) assert.equal(channelOf(target), channel, target)
})

test('a location is one word on one line, whatever the channel', () => {
  assert.equal(locationOf('a%20b/c'), '/msgbus/a%20b/c')
  assert.equal(locationOf('a b\r\nX: y?#\x7f'), '/msgbus/a%20b%0d%0aX:%20y%3f%23%7f')
})

test('parameters are percent-decoded, and a plus sign is one', () => {
  const target = '/msgbus/foo?type=image%2Fsvg+xml&sender=&x=%zz&type=second&y'
  assert.equal(queryParam(target, 'type'), 'image/svg+xml')
  assert.equal(queryParam(target, 'sender'), '')
  assert.equal(queryParam(target, 'x'), '%zz')
  assert.equal(queryParam(target, 'y'), undefined)
  assert.equal(queryParam('/msgbus/foo', 'type'), undefined)
  assert.equal(queryParam('/msgbus/a?b?type=1', 'type'), undefined)
})
