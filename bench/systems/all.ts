import { floor } from './floor.ts'
import { gateway } from './gateway.ts'
import { haproxy } from './haproxy.ts'
import { httpProxy } from './http-proxy.ts'
import { nchan, nginx } from './nginx.ts'
import { pushpin } from './pushpin.ts'
import type { System, SystemName } from './system.ts'

/** @param runner the command of the gateway to measure, when it is not this one's. */
export function allSystems(runner: string | undefined): Readonly<Record<SystemName, System>> {
  return {
    gateway: gateway(1, runner),
    'gateway-2': gateway(2, runner),
    'gateway-3': gateway(3, runner),
    'gateway-4': gateway(4, runner),
    pushpin,
    nchan,
    nginx,
    haproxy,
    'http-proxy': httpProxy,
    floor,
  }
}
