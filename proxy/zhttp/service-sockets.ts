import { chmod } from 'node:fs/promises'
import { Dealer, Push, Router, Subscriber } from 'zeromq'
import { isListening } from '../../shared/link/endpoint.ts'
import { streamEndpoints } from '../choose/zhttp-spec.ts'
import type { Target } from '../choose/route.ts'
import type { Log } from '../../shared/log.ts'
import { readPacket } from './packet.ts'
import { receiveAll } from './receive-all.ts'
import { addressIn } from './services.ts'

/** The sockets that the services of one target connect to. */
export interface ServiceSockets {
  /** @throws Error with the reason when an endpoint cannot be bound. */
  bind(): Promise<void>
  /** @param service empty for any. Rejects when nobody takes it. */
  send(service: string, packet: Buffer): Promise<void>
  close(): void
}

/** Hears the services. @param address whom the packet is for */
export type OnPacket = (address: string, packet: Buffer) => void

const OPTIONS = {
  linger: 0,
  // What cannot be sent at once is not sent: the exchange ends, or another target is tried.
  sendTimeout: 0,
  sendHighWaterMark: 1000,
  // Bytes of a frame. A service that announces more is disconnected before memory is set aside for it.
  maxMessageSize: 64 * 1024 * 1024,
}

/** @param prefix of the addresses of this gateway's workers. */
export function serviceSockets(target: Target, prefix: string, onPacket: OnPacket, log: Log): ServiceSockets {
  return target.kind === 'zhttp'
    ? new StreamSockets(target, prefix, onPacket, log)
    : new RequestSocket(target, onPacket, log)
}

/** Of a `zhttp/` target (GRIP 12.2). */
class StreamSockets implements ServiceSockets {
  readonly #target: Target
  readonly #onPacket: OnPacket
  readonly #log: Log
  readonly #out = new Push(OPTIONS)
  // What services may say on it was not asked for: more than one message of each is never taken.
  readonly #outStream = new Router({ ...OPTIONS, mandatory: true, receiveHighWaterMark: 1 })
  readonly #in = new Subscriber({ linger: 0, maxMessageSize: OPTIONS.maxMessageSize, receiveHighWaterMark: 101_000 })

  constructor(target: Target, prefix: string, onPacket: OnPacket, log: Log) {
    this.#target = target
    this.#onPacket = onPacket
    this.#log = log
    this.#in.subscribe(prefix)
  }

  async bind(): Promise<void> {
    const { in: incoming, out, outStream } = streamEndpoints(this.#target.endpoint)
    // Answers first: a service that has connected to the others may be asked at once.
    await bind(this.#in, incoming, this.#target.ipcFileMode)
    await bind(this.#outStream, outStream, this.#target.ipcFileMode)
    await bind(this.#out, out, this.#target.ipcFileMode)
    void receiveAll(this.#in, this.#log, ([message, ...more]) => {
      const space = message?.indexOf(' ') ?? -1
      if (message === undefined || more.length > 0 || space === -1) return
      this.#onPacket(message.toString('latin1', 0, space), message.subarray(space + 1))
    })
  }

  send(service: string, packet: Buffer): Promise<void> {
    if (service === '') return this.#out.send(packet)
    return this.#outStream.send([Buffer.from(service, 'latin1'), '', packet])
  }

  close(): void {
    for (const socket of [this.#out, this.#outStream, this.#in]) socket.close()
  }
}

/** Of a `zhttpreq/` target: to a service with a REP socket it looks like REQ, but many may be waiting for their answers. */
class RequestSocket implements ServiceSockets {
  readonly #target: Target
  readonly #onPacket: OnPacket
  readonly #log: Log
  readonly #socket = new Dealer({ ...OPTIONS, receiveHighWaterMark: 101_000 })

  constructor(target: Target, onPacket: OnPacket, log: Log) {
    this.#target = target
    this.#onPacket = onPacket
    this.#log = log
  }

  async bind(): Promise<void> {
    await bind(this.#socket, this.#target.endpoint, this.#target.ipcFileMode)
    void receiveAll(this.#socket, this.#log, ([delimiter, packet, ...more]) => {
      if (delimiter?.length !== 0 || packet === undefined || more.length > 0) return
      // Only the id in it says whose it is.
      this.#onPacket(addressOf(packet), packet)
    })
  }

  send(_service: string, packet: Buffer): Promise<void> {
    return this.#socket.send(['', packet])
  }

  close(): void {
    this.#socket.close()
  }
}

function addressOf(packet: Buffer): string {
  try {
    return addressIn(readPacket(packet).ids[0]?.id ?? '')
  } catch {
    return ''
  }
}

type Bindable = Push | Router | Subscriber | Dealer

async function bind(socket: Bindable, endpoint: string, ipcFileMode: number | undefined): Promise<void> {
  const path = endpoint.startsWith('ipc://') ? endpoint.slice('ipc://'.length) : undefined
  // libzmq takes over a socket file without asking whether somebody listens on it.
  if (path !== undefined && (await isListening(path))) throw new Error(`${endpoint}: address already in use`)
  try {
    await socket.bind(endpoint)
  } catch (error) {
    throw new Error(`${endpoint}: ${(error as Error).message}`, { cause: error })
  }
  if (path !== undefined && ipcFileMode !== undefined) await chmod(path, ipcFileMode)
}
