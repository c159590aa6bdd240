import { isUtf8 } from 'node:buffer'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ItemError } from '../../shared/grip/item/item-error.ts'
import type { OutsideChannel } from '../../shared/grip/item/parse-item.ts'
import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import { answerSuccess, isRefused, refuse, refuseFormat, replyFormat, successMessage } from './http-answers.ts'
import type { Inbox } from './inbox.ts'
import { parseItemList } from './item-list.ts'

const PUBLISHED = successMessage('Published')

/** Part of the route's type: paths that name a channel end in a wildcard. */
export interface PublishRoute {
  readonly Params: { readonly '*'?: string }
}

/** The body is not a list of items; the message is the sentence for the publisher. */
class BodyError extends Error {
  override readonly name = 'BodyError'
}

/**
 * Handles `POST /publish`, and the older paths that end in a channel, which items without one get (GRIP 5.1). The answer means
 * that all items were taken, not that anybody received them.
 */
export function publishHandler(inbox: Inbox): (request: FastifyRequest<PublishRoute>, reply: FastifyReply) => void {
  return (request, reply) => {
    // What came after the body was no request: the publisher has been told so, and must not find its items published.
    if (isRefused(request.raw.socket)) return
    const format = replyFormat(request.headers.accept)
    if (format === undefined) {
      refuseFormat(reply)
      return
    }
    try {
      const items = parseBody(request.body, channelInPath(request))
      if (inbox.publish(items)) answerSuccess(reply, PUBLISHED, format)
      else refuse(reply.header('retry-after', '1'), 503, 'Too much waits to be delivered, nothing was published.')
    } catch (error) {
      if (!(error instanceof BodyError || error instanceof ItemError)) throw error
      refuse(reply, 400, error instanceof ItemError ? `Invalid format: ${error.message}` : error.message)
    }
  }
}

function channelInPath(request: FastifyRequest<PublishRoute>): OutsideChannel | undefined {
  const { '*': channel = '' } = request.params
  return channel === '' ? undefined : { channel, use: 'as-default' }
}

function parseBody(body: unknown, outside: OutsideChannel | undefined): PublishItem[] {
  const value = Buffer.isBuffer(body) ? parseJson(body) : undefined
  if (typeof value !== 'object' || value === null) throw new BodyError('Body is not valid JSON.')
  if (Array.isArray(value)) throw new BodyError('Invalid format.')
  return parseItemList(value, 'json', outside)
}

/** Undefined for what is not JSON. */
function parseJson(body: Buffer): unknown {
  try {
    return isUtf8(body) ? JSON.parse(body.toString()) : undefined
  } catch {
    return undefined
  }
}
