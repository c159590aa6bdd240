import type { IncomingMessage, ServerResponse } from 'node:http'
import { toItem } from '../bus-item.ts'
import { matchesList } from '../pattern-list.ts'
import { answer, answers } from './answer.ts'
import type { MsgbusContext } from './context.ts'
import type { Client } from './credentials.ts'

/** Longer types are refused: what is matched against patterns is bounded. */
const MAX_TYPE = 255

/** `POST /msgbus/CHANNEL`: the body is the message. Answered when the handler has it. */
export async function publish(
  req: IncomingMessage,
  res: ServerResponse,
  channel: string,
  { sender, write }: Client,
  { door, prefix, bodies }: MsgbusContext,
): Promise<void> {
  const type = req.headers['content-type'] ?? ''
  if (isCrossSite(req)) return answer(res, answers.crossSite)
  if (write !== undefined && !matchesList(channel, write)) return answer(res, answers.forbidden)
  if (type === '' || type.length > MAX_TYPE) return answer(res, answers.noType)
  if (bodies.isTooLarge(req)) return answer(res, answers.tooLarge)
  if (req.headers.expect !== undefined && req.httpVersionMinor > 0) res.writeContinue()
  const content = await bodies.read(req)
  if (content === 'gone') return undefined
  if (content === 'too large') return answer(res, answers.tooLarge)
  if (content === 'too many') return answer(res, answers.notTaken)
  // Node reads headers as Latin-1; what came as UTF-8 is to leave as that.
  const contentType = Buffer.from(type, 'latin1').toString()
  const isTaken = await door.publish([toItem(prefix + channel, { content, contentType, sender })])
  if (!isTaken) return answer(res, answers.notTaken)
  door.count('msgbus_published')
  return answer(res, answers.published)
}

/** Any page can have a browser send a POST like this; only one of the same site is meant to. */
function isCrossSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'cross-site'
  // Browsers say it to hosts they trust only; with others there is the origin.
  const { origin, host } = headers
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== host
}
