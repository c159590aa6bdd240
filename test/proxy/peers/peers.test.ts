import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Peers } from '../../../proxy/peers/peers.ts'
import { loadSettings } from '../../../shared/config/settings.ts'

const { settings } = loadSettings({ cwd: '/run/gw', env: {} })

function peers(worker: number, workers: number): Peers {
  return new Peers(worker, { ...settings, proxy: { ...settings.proxy, workers } }, () => {})
}

test('all workers say the same owner, and each owns some', () => {
  const [one, other] = [peers(0, 3), peers(2, 3)]
  const owners = Array.from({ length: 100 }, (_, n) => one.ownerOf(`session-${n}`))
  assert.deepEqual(
    owners,
    Array.from({ length: 100 }, (_, n) => other.ownerOf(`session-${n}`)),
  )
  assert.deepEqual(new Set(owners), new Set([0, 1, 2]))
})

test('a worker that has others listens on a socket of its own', () => {
  assert.equal(peers(1, 2).ownPath, '/run/gw/run/pushpin-worker-1')
  assert.equal(peers(0, 1).ownPath, undefined)
})
