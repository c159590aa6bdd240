/**
 * What passed between the gateway and its clients or servers, by the names of `report` packets (GRIP 9.1). Workers tell the
 * counters in this order.
 */
export const TRAFFIC_COUNTERS = [
  'client-header-bytes-received',
  'client-header-bytes-sent',
  'client-content-bytes-received',
  'client-content-bytes-sent',
  'client-messages-received',
  'client-messages-sent',
  'server-header-bytes-received',
  'server-header-bytes-sent',
  'server-content-bytes-received',
  'server-content-bytes-sent',
  'server-messages-received',
  'server-messages-sent',
] as const
