import { startGateway } from '../support/gateway.ts'
import type { Gateway, GatewayOptions } from '../support/gateway.ts'

type Options = Partial<GatewayOptions>

/** Two gateways in a row: clients come to the outer one, which holds them; the backend is behind the inner one, which trusts the outer. */
export interface Chain {
  readonly outer: Gateway
  readonly inner: Gateway
  readonly stop: () => Promise<void>
}

/** In `routes`, NEXT stands for what is behind a gateway; by default everything goes there. */
export async function startChain(backendPort: number, outer: Options = {}, inner: Options = {}): Promise<Chain> {
  const behind = await startOne(backendPort, inner, { sig_key: 'inner-key', upstream_key: 'outer-key' })
  try {
    const front = await startOne(behind.port, outer, { sig_iss: 'outer', sig_key: 'outer-key' })
    return {
      outer: front,
      inner: behind,
      stop: async () => {
        await front.stop()
        await behind.stop()
      },
    }
  } catch (error) {
    await behind.stop()
    throw error
  }
}

function startOne(
  next: number,
  { routes = ['* NEXT'], config = {}, ...rest }: Options,
  keys: object,
): Promise<Gateway> {
  return startGateway({
    ...rest,
    routes: routes.map((line) => line.replaceAll('NEXT', `127.0.0.1:${next}`)),
    config: { ...config, proxy: { ...keys, ...config['proxy'] } },
  })
}
