import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlockedAddress, checkHost, guardedLookup, isInternal } from '../../../proxy/forward/outbound-policy.ts'

const INTERNAL = [
  '127.0.0.1',
  '127.255.255.255',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  'fc00::1',
  'fdff::1',
  'fe80::1',
]
const PUBLIC = ['8.8.8.8', '172.15.0.1', '172.32.0.1', '192.167.0.1', '11.0.0.1', '2001:db8::1', '::ffff:8.8.8.8']

for (const address of INTERNAL) {
  test(`an untrusted target at ${address} is refused`, () => {
    assert.equal(isInternal(address), true)
    assert.throws(() => checkHost(address), BlockedAddress)
  })
}

for (const address of PUBLIC) {
  test(`an untrusted target at ${address} is allowed`, () => {
    assert.equal(isInternal(address), false)
    checkHost(address)
  })
}

test('a name is looked at by the addresses it has, not by how it is written', async () => {
  checkHost('localhost')
  for (const all of [true, false]) {
    const error = await new Promise((resolve) => guardedLookup('localhost', { all }, resolve))
    assert.ok(error instanceof BlockedAddress, `all: ${all}`)
  }
})
