import type { Gateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'

/** A request without a body. */
export function get(path: string, headers: readonly string[] = [], version = '1.1'): string {
  return [`GET ${path} HTTP/${version}`, 'Host: localhost', ...headers, '', ''].join('\r\n')
}

/** Waits until the gateway has held that many requests on the channel, as its log says. */
export async function held(gateway: Gateway, channel: string, count = 1): Promise<void> {
  const end = ` channel=${channel}`
  await until(
    () => gateway.log.lines.filter((line) => line.includes('] subscribe ') && line.endsWith(end)).length >= count,
    () => `${count} held on ${channel}:\n${gateway.log.toString()}`,
  )
}

/** A client whose request is held on the channel. */
export async function holdOn(
  gateway: Gateway,
  channel: string,
  request = get(`/${channel}`),
  count = 1,
): Promise<RawClient> {
  const client = await RawClient.connect(gateway.port)
  client.send(request)
  await held(gateway, channel, count)
  return client
}
