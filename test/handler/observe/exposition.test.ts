import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exposition } from '../../../handler/observe/metrics/exposition.ts'
import { gripMetrics } from '../../../handler/observe/metrics/grip-metrics.ts'
import { RouteTotals } from '../../../handler/observe/route-totals.ts'
import { Histogram } from '../../../shared/observe/histogram.ts'

function totals(requests: number, connections: number): RouteTotals {
  const route = new RouteTotals()
  route.add('w', { requests, minutes: requests * 2, sent: requests * 3, connections, peak: connections })
  route.received = requests * 4
  return route
}

test('the metrics of Pushpin have its names, prefix and words, and are the sums of all routes', () => {
  assert.equal(
    exposition(gripMetrics([totals(1, 10), totals(2, 20)], 'gateway'), 'pushpin_'),
    `# HELP pushpin_request_received Number of requests received
# TYPE pushpin_request_received counter
pushpin_request_received 3
# HELP pushpin_connection_connected Number of concurrent connections
# TYPE pushpin_connection_connected gauge
pushpin_connection_connected 30
# HELP pushpin_connection_minute Number of minutes clients have been connected
# TYPE pushpin_connection_minute counter
pushpin_connection_minute 6
# HELP pushpin_message_received Number of messages received by the publish API
# TYPE pushpin_message_received counter
pushpin_message_received 12
# HELP pushpin_message_sent Number of messages sent to clients
# TYPE pushpin_message_sent counter
pushpin_message_sent 9
`,
  )
})

test('the proxy knows nothing of messages', () => {
  const text = exposition(gripMetrics([totals(1, 1)], 'proxy'), '')
  assert.match(text, /^request_received 1$/m)
  assert.match(text, /^message_received 0$/m)
  assert.match(text, /^message_sent 0$/m)
})

test('a histogram has cumulated buckets, a sum and a count for each set of labels', () => {
  const histogram = new Histogram()
  for (const milliseconds of [0.5, 3, 20_000, -1]) histogram.observe(milliseconds)
  const samples = [{ labels: { route: 'a"\\\nb' }, value: histogram.counts }]
  assert.equal(
    exposition([{ type: 'histogram', name: 'x_seconds', help: 'Help', samples }], ''),
    `# HELP x_seconds Help
# TYPE x_seconds histogram
${[
  ['0.0005', 2],
  ['0.001', 2],
  ['0.0025', 2],
  ['0.005', 3],
  ['0.01', 3],
  ['0.025', 3],
  ['0.05', 3],
  ['0.1', 3],
  ['0.25', 3],
  ['0.5', 3],
  ['1', 3],
  ['2.5', 3],
  ['5', 3],
  ['10', 3],
  ['+Inf', 4],
]
  .map(([bound, count]) => `x_seconds_bucket{route="a\\"\\\\\\nb",le="${bound}"} ${count}\n`)
  .join('')}x_seconds_sum{route="a\\"\\\\\\nb"} 20.0035
x_seconds_count{route="a\\"\\\\\\nb"} 4
`,
  )
})

test('histograms of several workers can be added, and each is told once', () => {
  const [one, other, all] = [new Histogram(), new Histogram(), new Histogram()]
  one.observe(1)
  other.observe(2000)
  for (const histogram of [one, other]) {
    const counts = histogram.take()
    assert.ok(counts)
    all.add(counts)
    assert.equal(histogram.take(), undefined)
  }
  assert.deepEqual(all.counts, { counts: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], sum: 2.001 })
})
