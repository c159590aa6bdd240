import type { IncomingMessage, ServerResponse } from 'node:http'
import { matchesList } from '../pattern-list.ts'
import { answer, answers, writeHead } from './answer.ts'
import { queryParam } from './channel-path.ts'
import type { MsgbusContext } from './context.ts'
import type { Client } from './credentials.ts'
import { COMMENT } from './event.ts'
import { BOUNDARY_LINE } from './part.ts'
import type { View } from './renderings.ts'
import { Subscriber } from './subscriber.ts'

/** `GET /msgbus/CHANNEL`: what is published from now on, for as long as the client stays. */
export function subscribe(
  req: IncomingMessage,
  res: ServerResponse,
  channel: string,
  { read, sender }: Client,
  { door, prefix, renderings, lastMessages }: MsgbusContext,
): void {
  const isRoot = channel === ''
  if (!isRoot && read !== undefined && !matchesList(channel, read)) return answer(res, answers.forbidden)
  const view: View = { kind: wantsEvents(req) ? 'events' : 'parts', isRoot, chunked: req.httpVersionMinor > 0 }
  const types = filterOf(req, 'type')
  const senders = filterOf(req, 'sender')
  const selection = { type: types, sender: senders, channel: isRoot ? read : undefined }
  const rendering = renderings.rendering(view, selection)
  const hold = new Subscriber(isRoot ? undefined : prefix + channel, rendering, req.socket, door)
  res.once('close', () => hold.closed())
  const onLive = (isLive: boolean): void => {
    // The hold is in the table no more, but its connection is there.
    if (!isLive) return answer(res, answers.notTaken)
    door.count('msgbus_subscriptions')
    const { remoteAddress, remotePort } = req.socket
    door.log.info(
      `msgbus SUB ${remoteAddress}:${remotePort} (${sender ?? '?'}): ${channel} ${senders ?? '*'} ${types ?? '*'}`,
    )
    sendHead(res, view)
    hold.open(res)
    // The root gets none: it would be one of each channel.
    if (!isRoot) hold.catchUpWith(lastMessages?.of(prefix + channel))
    if (view.kind === 'events') hold.keepAlive(view.chunked ? COMMENT_CHUNK : COMMENT)
    return undefined
  }
  if (isRoot) door.table.addToEvery(hold, onLive)
  else door.table.add(hold, onLive)
}

const COMMENT_CHUNK = Buffer.from('3\r\n:\n\n\r\n')

/** With it comes what tells the client that it is subscribed: the first boundary, or a comment. */
function sendHead(res: ServerResponse, { kind, chunked }: View): void {
  const framing = chunked ? ['Transfer-Encoding', 'chunked'] : []
  if (kind === 'parts') {
    writeHead(res, 200, 'OK', ['Content-Type', 'multipart/x-mixed-replace;boundary=00MsgBus00', ...framing])
    res.write(BOUNDARY_LINE)
  } else {
    writeHead(res, 200, 'OK', ['Content-Type', 'text/event-stream', 'Cache-Control', 'no-cache', ...framing])
    res.write(COMMENT)
  }
}

function wantsEvents({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*text\/event-stream\s*(?:[;,]|$)/i.test(headers.accept ?? '')
}

/** Undefined for no filter. */
function filterOf({ url = '' }: IncomingMessage, name: 'type' | 'sender'): string | undefined {
  const patterns = queryParam(url, name)
  return patterns === '*' ? undefined : patterns
}
