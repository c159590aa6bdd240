import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatsSubscriber } from '../../support/stats-subscriber.ts'
import { until } from '../../support/until.ts'
import { observed } from './stats-reader.ts'

test('what happened while nobody read is not told to who comes then', async (t) => {
  const { observer, subscriber, spec, watched } = await observed(t, { format: 'json' })
  const happened = (count: number): void =>
    observer.stats('w', { type: 'stats', routes: [{ connections: 0, peak: 0, requests: count, activity: count }] })
  subscriber.close()
  await until(() => !observer.watched.any, 'nobody to read')
  happened(5)
  const next = new StatsSubscriber(spec)
  t.after(() => next.close())
  await until(() => observer.watched.any, 'the next reader')
  happened(1)
  await next.sees('counts', { 'requests-received': 1 })
  assert.deepEqual(next.of('activity'), [{ count: 1 }])
  assert.deepEqual(
    watched.map(({ any }) => any),
    [true, false, true],
  )
})
