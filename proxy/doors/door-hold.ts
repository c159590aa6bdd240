import { HTTP_STREAM } from '../../shared/observe/transport.ts'
import type { Transport } from '../../shared/observe/transport.ts'
import type { Hold } from '../hold/hold.ts'
import type { Delivery } from '../send/delivery.ts'

/** What the clients of all doors have in common as holds: no request of theirs was routed, and there is no backend to ask. */
export abstract class DoorHold implements Hold {
  abstract readonly id: string
  abstract readonly channels: Iterable<string>

  abstract deliver(delivery: Delivery): boolean

  /** For stats, that which is nearest. */
  get transport(): Transport {
    return HTTP_STREAM
  }

  get route(): undefined {
    return undefined
  }

  get lingers(): boolean {
    return false
  }

  recover(): void {}

  refresh(): boolean {
    return false
  }

  goAway(): void {}
}
