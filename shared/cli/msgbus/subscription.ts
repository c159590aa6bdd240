import { setTimeout as delay } from 'node:timers/promises'
import { MsgbusError } from './address.ts'
import type { Address } from './address.ts'
import { PartReader } from './part-reader.ts'
import type { Part } from './part-reader.ts'
import { request, response } from './request.ts'

/** Milliseconds before a connection that was lost is opened again. */
const RETRY = 1000

interface SubscriptionOptions {
  /** Patterns; undefined for all. */
  readonly type?: string | undefined
  readonly sender?: string | undefined
  readonly insecure?: boolean | undefined
  /** Called with each message; its channel is the subscribed one, or for the root that of the message. */
  readonly onMessage: (message: Part & { readonly channel: string }) => void
  /** Subscribed: the first time, and after each loss. */
  readonly onOpen?: () => void
}

/**
 * Subscribes to a channel for as long as the program runs; a connection that is lost is opened again, which is said on standard error.
 * @throws MsgbusError when the first attempt fails, or the server refuses.
 */
export async function subscribe(address: Address, options: SubscriptionOptions): Promise<never> {
  for (let wasOpen = false; ; wasOpen = true) {
    try {
      await readOnce(address, options)
    } catch (error) {
      if (!wasOpen || !(error instanceof MsgbusError) || /^4\d\d/.test(error.message)) throw error
    }
    console.error(`connection to ${address.url.host} lost, trying again`)
    await delay(RETRY)
  }
}

/** Resolves when the connection has ended. */
async function readOnce(address: Address, options: SubscriptionOptions): Promise<void> {
  const { type, sender, insecure, onMessage, onOpen } = options
  const pairs = Object.entries({ sender, type }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  const sent = request(address, {
    method: 'GET',
    query: pairs.length === 0 ? '' : `?${pairs.join('&')}`,
    insecure,
  })
  sent.end()
  const body = await response(sent, 200)
  onOpen?.()
  const reader = new PartReader((part) => onMessage({ ...part, channel: part.channel ?? address.channel }))
  await new Promise<void>((resolve, reject) => {
    body.on('data', (piece: Buffer) => {
      try {
        reader.read(piece)
      } catch (error) {
        body.destroy()
        reject(error)
      }
    })
    body.once('error', () => resolve())
    body.once('close', () => resolve())
  })
}
