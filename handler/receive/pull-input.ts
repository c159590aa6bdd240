import { Pull } from 'zeromq'
import type { Inbox } from './inbox.ts'
import { type Count, type InputLog, InputProblems } from './input-problems.ts'
import { ItemFrameError, parseItemFrame } from './item-frame.ts'
import { bindInput, handOver, INPUT_SOCKET_OPTIONS, readMessages } from './zmq-input.ts'

export interface PullInput {
  readonly endpoint: string
  close(): void
}

/**
 * Takes items that publishers PUSH to `spec`, one a message (GRIP 5.2). Publishers get no reply: while the inbox is full the input
 * stops reading and ZeroMQ makes them wait.
 * @param count is told `pull_refused` for each message skipped.
 * @throws Error with one sentence when the spec cannot be bound.
 */
export async function startPullInput(spec: string, inbox: Inbox, log: InputLog, count: Count): Promise<PullInput> {
  const socket = new Pull(INPUT_SOCKET_OPTIONS)
  const endpoint = await bindInput(socket, 'ZeroMQ PULL input', spec)
  const problems = new InputProblems('IN pull', 'pull_refused', log, count)

  const take = (frames: Buffer[]): Promise<void> | undefined => {
    const [frame] = frames
    if (frame === undefined || frames.length !== 1) {
      problems.warn('received message with parts != 1, skipping')
      return undefined
    }
    try {
      return handOver(socket, inbox, parseItemFrame(frame))
    } catch (error) {
      if (!(error instanceof ItemFrameError)) throw error
      problems.warn(`received message with ${error.message}, skipping`)
      return undefined
    }
  }
  void readMessages(socket, take, problems)
  return { endpoint, close: () => socket.close() }
}
