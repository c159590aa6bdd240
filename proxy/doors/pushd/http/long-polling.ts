import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'
import { inOrder } from '../../../accept/in-order.ts'
import type { Identity } from '../state/identity.ts'
import { ANYBODY } from '../state/identity.ts'
import { historyJson, readTimestamp } from '../state/history-json.ts'
import { publish } from '../state/publish.ts'
import type { PushdState } from '../state/pushd-state.ts'
import { CORS, PollHold } from './poll-hold.ts'
import type { Sessions } from './sessions.ts'

export interface LongPollingOptions {
  /** Seconds until a request without a message ends. */
  readonly timeout: number
  readonly maxConnections: number
  /** A message as the answer to a request that waits. */
  readonly render: (item: PublishItem) => Buffer
}

interface Call {
  readonly res: ServerResponse
  readonly identity: Identity
  /** As the client says it, and on the bus. */
  readonly name: string
  readonly channel: string
  /** What is behind the channel in the path. */
  readonly rest: string
}

/** `/sub/CHANNEL/TIMESTAMP`, `/pub/CHANNEL/MESSAGE` and `/history/CHANNEL/TIMESTAMP`, by any method, for pages of every origin. */
export function longPollingServer(state: PushdState, sessions: Sessions, options: LongPollingOptions): Server {
  const calls: Readonly<Record<string, (call: Call) => void>> = {
    sub: (call) => poll(call, state, options),
    pub: (call) => void pub(call, state),
    history: (call) => history(call, state),
  }
  const handle = inOrder((req, res) => {
    req.resume()
    res.sendDate = false
    if (req.method === 'OPTIONS') {
      // Asked by browsers before a request with a token in its header.
      res.writeHead(204, { ...CORS, 'Access-Control-Allow-Headers': 'Authorization' }).end()
      return
    }
    const parts = partsOf(req)
    const call = parts !== undefined && Object.hasOwn(calls, parts.action) ? calls[parts.action] : undefined
    if (parts === undefined || call === undefined) {
      answer(res, 404, 'Not found')
      return
    }
    const identity = sessions.identityOf(req, parts.query)
    if (identity === undefined || (identity === 'none' && state.needAuth)) {
      answer(res, 401, identity === undefined ? 'Client auth fail' : 'Need Auth first')
      return
    }
    const caller = identity === 'none' ? ANYBODY : identity
    const channel = state.names.channelOf(caller.app, parts.name)
    if (typeof channel === 'string') call({ res, identity: caller, name: parts.name, channel, rest: parts.rest })
    else answer(res, 400, channel.text)
  })
  const server = createServer(handle)
  server.maxConnections = options.maxConnections
  return server
}

function answer(res: ServerResponse, code: number, text: string, type = 'text/plain'): void {
  const headers = { ...CORS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }
  res.writeHead(code, headers).end(text)
}

/** Undefined for a path that is not of this form, or no UTF-8. */
function partsOf({
  url = '',
}: IncomingMessage):
  | { readonly action: string; readonly name: string; readonly rest: string; readonly query: URLSearchParams }
  | undefined {
  const [path = '', query] = url.split('?', 2)
  const found = /^\/(?<action>\w+)\/(?<name>[^/]*)\/(?<rest>.*)$/s.exec(path)?.groups
  if (found === undefined) return undefined
  const { action = '', name = '', rest = '' } = found
  try {
    const decoded = { name: decodeURIComponent(name), rest: decodeURIComponent(rest) }
    return { action, ...decoded, query: new URLSearchParams(query) }
  } catch {
    return undefined
  }
}

async function pub({ res, identity, channel, rest }: Call, state: PushdState): Promise<void> {
  const isTaken = await publish(state, identity, channel, Buffer.from(rest))
  if (isTaken) answer(res, 200, 'PUBLISHED')
  else answer(res, 503, 'Service unavailable')
}

function history({ res, name, channel, rest }: Call, state: PushdState): void {
  const since = readTimestamp(rest)
  if (since === undefined) {
    answer(res, 400, 'invalid timestamp')
    return
  }
  state.history.follow(channel)
  answer(res, 200, historyJson(name, state.history.since(channel, since), 'number'), 'application/json')
}

/** With a timestamp: what is newer, at once if there is something. */
function poll({ res, name, channel, rest }: Call, state: PushdState, { timeout, render }: LongPollingOptions): void {
  const last = readTimestamp(rest)
  if (last === undefined) {
    answer(res, 400, 'invalid timestamp')
    return
  }
  const { context } = state
  state.history.follow(channel)
  const hold = new PollHold(channel, res, context, render)
  res.once('close', () => hold.closed())
  context.table.add(hold, (isLive) => {
    if (!isLive) {
      answer(res, 503, 'Service unavailable')
      return
    }
    // Looked at only now, so that no message is between what is in there and what reaches the hold.
    const newer = last === 0n ? [] : state.history.since(channel, last + 1n)
    if (newer.length > 0) {
      hold.finish(historyJson(name, newer, 'string'))
      return
    }
    hold.open()
    context.log.info(`subscribe pushd ${hold.id} channel=${channel}`)
    hold.endWith(context.wheel.after(timeout * 1000, () => hold.finish('')))
  })
}
