import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Counters } from '../../handler/observe/counters.ts'
import { gatewayMetrics } from '../../handler/observe/metrics/gateway-metrics.ts'
import { Observer } from '../../handler/observe/observer.ts'
import { PACKET_TYPES } from '../../handler/observe/stats/packet.ts'
import { LastIds } from '../../handler/sequence/last-ids.ts'
import { ChannelTable } from '../../handler/subscriptions/channel-table.ts'
import { WorkerLink } from '../../handler/transmit/worker-link.ts'
import type { Log } from '../../shared/log.ts'

const page = readFileSync('docs/monitoring.md', 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))

test('docs/monitoring.md has a row for every metric, with its type, and for no others', (t) => {
  const counters = new Counters()
  const options = {
    format: 'json',
    connectionTtl: 1,
    sendConnections: true,
    subscriptionTtl: 1,
    subscriptionLinger: 1,
    reportInterval: 0,
    blockSize: 0,
  } as const
  const observer = new Observer(options, counters)
  const channels = new ChannelTable()
  const link = new WorkerLink(channels, { lastIds: new LastIds(), updateOnFirst: false }, {} as Log)
  t.after(() => {
    observer.close()
    link.close()
  })
  const metrics = gatewayMetrics({ observer, link, channels, counters })
  const documented = rows
    .filter((row) => /\| (?:counter|gauge|histogram) \|/.test(row))
    .flatMap((row) => {
      const [, names = '', type = ''] = row.split('|').map((cell) => cell.trim())
      return names.split(', ').map((name) => `${name.replaceAll('`', '')} ${type}`)
    })
  assert.deepEqual(documented.toSorted(), metrics.map(({ name, type }) => `${name} ${type}`).toSorted())
})

test('docs/monitoring.md has a row for every type of packet', () => {
  for (const type of PACKET_TYPES)
    assert.ok(
      rows.some((row) => row.startsWith(`| \`${type}\` |`)),
      type,
    )
})
