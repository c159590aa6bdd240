import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeliveryRate } from '../../../proxy/hold/delivery-rate.ts'
import { publishItem } from '../../support/publish-item.ts'

/** Deliveries of one block that are made in so many milliseconds by somebody who always has more. */
function delivered(perSecond: number, milliseconds: number): number {
  const rate = new DeliveryRate({ perSecond, blockSize: 0 })
  let count = 0
  for (let now = 0; now < milliseconds;) {
    if (rate.take(1, 5000 + now)) count++
    else now += rate.wait(5000 + now)
  }
  return count
}

const RATES: ReadonlyArray<readonly [perSecond: number, delivered: number]> = [
  [1, 10],
  [10, 100],
  [40, 400],
  // In batches of a whole number.
  [2500, 25_200],
]

for (const [perSecond, expected] of RATES) {
  test(`at ${perSecond} a second ${expected} go out in ten seconds`, () => {
    assert.equal(delivered(perSecond, 10_000), expected)
  })
}

test('what is too heavy for a batch is paid for by those behind it, and by time', () => {
  const rate = new DeliveryRate({ perSecond: 80, blockSize: 10 })
  const weight = rate.weightOf([publishItem('room', { size: 41 })])
  assert.equal(weight, 5)
  assert.deepEqual(
    [0, 25, 50, 75].map((now) => rate.take(weight, 5000 + now)),
    [true, false, true, false],
  )
  assert.equal(rate.take(weight, 6000), true)
})
