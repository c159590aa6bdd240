import type { RouteTotals } from '../route-totals.ts'
import type { Metric } from './exposition.ts'

type Figure = 'requests' | 'connections' | 'minutes' | 'received' | 'sent'

/**
 * The metrics that Pushpin has, with its names and words (GRIP 9.3).
 * @param of what; messages are the handler's, and 0 for the proxy.
 */
export function gripMetrics(routes: Iterable<RouteTotals>, of: 'gateway' | 'proxy'): Metric[] {
  const totals = [...routes]
  const sum = (figure: Figure): number => totals.reduce((total, route) => total + route[figure], 0)
  return [
    one('counter', 'request_received', 'Number of requests received', sum('requests')),
    one('gauge', 'connection_connected', 'Number of concurrent connections', sum('connections')),
    one('counter', 'connection_minute', 'Number of minutes clients have been connected', sum('minutes')),
    one(
      'counter',
      'message_received',
      'Number of messages received by the publish API',
      of === 'proxy' ? 0 : sum('received'),
    ),
    one('counter', 'message_sent', 'Number of messages sent to clients', of === 'proxy' ? 0 : sum('sent')),
  ]
}

function one(type: 'counter' | 'gauge', name: string, help: string, value: number): Metric {
  return { type, name, help, samples: [{ value }] }
}
