import { isUtf8 } from 'node:buffer'
import { Subscriber } from 'zeromq'
import { EVERY_CHANNEL } from '../../shared/link/every-channel.ts'
import type { Inbox } from './inbox.ts'
import { type Count, type InputLog, InputProblems } from './input-problems.ts'
import { ItemFrameError, parseItemFrame } from './item-frame.ts'
import { bindInput, handOver, INPUT_SOCKET_OPTIONS, readMessages, specProblem } from './zmq-input.ts'

export interface SubInputOptions {
  readonly specs: readonly string[]
  /** Connect to publishers that bind, instead of binding for publishers that connect. */
  readonly connect: boolean
}

export interface SubInput {
  /** One for each spec, in their order. */
  readonly endpoints: readonly string[]
  /** Asks publishers for the channel's items. Once is enough: repeating it changes nothing. */
  subscribe(channel: string): void
  unsubscribe(channel: string): void
  close(): void
}

const NAME = 'ZeroMQ SUB input'

// Seconds, except for the count of probes (GRIP 5.3).
const KEEP_ALIVE = { tcpKeepalive: 1, tcpKeepaliveIdle: 30, tcpKeepaliveInterval: 5, tcpKeepaliveCount: 6 }

/**
 * Takes items that publishers PUB as two frames, channel and item; a channel in the item does not count (GRIP 5.3). Back-pressure
 * reaches as far as PUB lets it: a publisher drops what its own queue cannot hold.
 * @param count is told `sub_refused` for each message skipped.
 * @throws Error with one sentence when a spec cannot be bound or connected.
 */
export async function startSubInput(
  options: SubInputOptions,
  inbox: Inbox,
  log: InputLog,
  count: Count,
): Promise<SubInput> {
  const socket = new Subscriber({ ...INPUT_SOCKET_OPTIONS, ...(options.connect ? KEEP_ALIVE : {}) })
  const endpoints = options.connect ? connectAll(socket, options.specs) : await bindAll(socket, options.specs)
  const problems = new InputProblems('IN sub', 'sub_refused', log, count)

  const take = (frames: Buffer[]): Promise<void> | undefined => {
    const [name, frame] = frames
    if (name === undefined || frame === undefined || frames.length !== 2) {
      problems.warn('received message with parts != 2, skipping')
      return undefined
    }
    if (!isUtf8(name)) {
      problems.warn('received message with a channel that is not UTF-8, skipping')
      return undefined
    }
    try {
      // ZeroMQ matches prefixes: the channel may be a longer one than any subscribed to, and then it has no subscribers.
      return handOver(socket, inbox, parseItemFrame(frame, { channel: name.toString(), use: 'always' }))
    } catch (error) {
      if (!(error instanceof ItemFrameError)) throw error
      problems.warn(`received message with ${error.message}, skipping`)
      return undefined
    }
  }
  void readMessages(socket, take, problems)
  return { endpoints, ...subscriptions(socket), close: () => socket.close() }
}

async function bindAll(socket: Subscriber, specs: readonly string[]): Promise<string[]> {
  const endpoints: string[] = []
  for (const spec of specs) endpoints.push(await bindInput(socket, NAME, spec))
  return endpoints
}

function connectAll(socket: Subscriber, specs: readonly string[]): readonly string[] {
  for (const spec of specs) {
    try {
      socket.connect(spec)
    } catch (error) {
      socket.close()
      throw specProblem(NAME, spec, error)
    }
  }
  return specs
}

function subscriptions(socket: Subscriber): Pick<SubInput, 'subscribe' | 'unsubscribe'> {
  // ZeroMQ counts subscriptions; this keeps each channel at one.
  const channels = new Set<string>()
  return {
    subscribe(channel) {
      // To ZeroMQ an empty name means every channel.
      if (socket.closed || channel === '' || channels.has(channel)) return
      channels.add(channel)
      socket.subscribe(topicOf(channel))
    },
    unsubscribe(channel) {
      if (!socket.closed && channels.delete(channel)) socket.unsubscribe(topicOf(channel))
    },
  }
}

function topicOf(channel: string): string {
  return channel === EVERY_CHANNEL ? '' : channel
}
