import { parseRoute } from '../../../proxy/choose/parse-route.ts'
import type { Target } from '../../../proxy/choose/route.ts'
import { HoldTable } from '../../../proxy/hold/hold-table.ts'
import { Subscriptions } from '../../../proxy/hold/subscriptions.ts'
import { TimerWheel } from '../../../proxy/hold/timer-wheel.ts'
import { Traffic } from '../../../proxy/observe/traffic.ts'
import { Delivery } from '../../../proxy/send/delivery.ts'
import { WebSocketHold } from '../../../proxy/websocket/web-socket-hold.ts'
import type { WebSocketContext } from '../../../proxy/websocket/web-socket-context.ts'
import type { WsMessageFormat } from '../../../shared/grip/item/publish-item.ts'
import { CLIENT, ends } from './ends.ts'
import type { Ends } from './ends.ts'
import { publishItem } from '../../support/publish-item.ts'

interface Settings {
  readonly implicit?: readonly string[]
  readonly queueMax?: number
  readonly debug?: boolean
}

/** A worker's holds, behind a handler that confirms at once unless it is silent. */
export class Worker {
  readonly wheel = new TimerWheel()
  /** What the handler and the log were told, each in a line. */
  readonly told: string[] = []
  isSilent = false
  readonly table: HoldTable
  readonly #subscriptions: Subscriptions
  readonly #unanswered: number[] = []

  constructor() {
    this.#subscriptions = new Subscriptions(this.wheel, 5000)
    this.table = new HoldTable(this.#subscriptions, this.wheel, 0)
    this.#subscriptions.linkUp({
      subscribe: (request, channels) => {
        this.told.push(`subscribe ${channels.join(' ')}`)
        this.#unanswered.push(request)
        if (!this.isSilent) this.confirm()
      },
      unsubscribe: (channels) => void this.told.push(`unsubscribe ${channels.join(' ')}`),
      forget() {},
    })
  }

  confirm(): void {
    for (const request of this.#unanswered.splice(0)) this.#subscriptions.confirm(request)
  }

  /** A client whose hold is not started yet. */
  client({ implicit = [], queueMax = 1000, debug = false }: Settings = {}): Ends & { hold: WebSocketHold } {
    const connection = ends(CLIENT)
    const route = parseRoute('* test', { file: 'routes', line: 1, baseDirectory: '.' })?.route
    if (route === undefined) throw new Error('no route')
    const context: WebSocketContext = {
      table: this.table,
      wheel: this.wheel,
      queueMax,
      maxChannels: 2,
      pingInterval: 0,
      subscribed: (_, channel) => void this.told.push(`live ${channel}`),
      posts: { of: () => () => Promise.reject(new Error('general error')) },
      tooSlow: () => void this.told.push('too slow'),
      session: () => undefined,
    }
    const tried = { ...(route.targets[0] as Target), subs: implicit }
    const traffic = new Traffic()
    const facts = { id: 'id', route, scheme: 'ws', host: 'a', target: '/', trusted: false, debug, traffic } as const
    return { ...connection, hold: new WebSocketHold({ facts, tried }, connection.peer, context) }
  }

  publish(channel: string, wsMessage: WsMessageFormat | undefined): boolean[] {
    const delivery = new Delivery(publishItem(channel, { wsMessage }))
    return this.table.on(channel).map((hold) => hold.deliver(delivery))
  }
}

export function text(content: string): WsMessageFormat {
  return { action: 'send', type: 'text', content: Buffer.from(content), contentFilters: undefined }
}
