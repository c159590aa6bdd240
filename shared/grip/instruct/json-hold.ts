import { Fields, type FieldValues, asObject, asText } from '../fields.ts'
import { metaTexts } from '../meta-fields.ts'
import { checkedChannel } from './channels.ts'
import { InstructError } from './instruct-error.ts'
import type { HoldChannel, Instruct, KeepAlive } from './instruct.ts'
import { keepAliveTimeout } from './timeouts.ts'

/** The `hold` object; what it leaves out is undefined, so that the headers may have said it (GRIP 3.4). */
export interface JsonHold {
  readonly mode: 'response' | 'stream'
  readonly channels: readonly HoldChannel[]
  /** Seconds, as the backend wrote them. */
  readonly timeout: number | undefined
  readonly keepAlive: KeepAlive | undefined
  readonly meta: Instruct['meta'] | undefined
}

/** Throws InstructError. */
export function jsonHold(values: FieldValues): JsonHold {
  const fields = new Fields(values, 'hold', InstructError)
  const mode = holdMode(fields)
  const channels = fields.list('channels')
  if (channels === undefined) throw new InstructError("hold does not contain 'channels'")
  const keepAlive = fields.object('keep-alive')
  const meta = fields.object('meta')
  return {
    mode,
    channels: channels.map(holdChannel),
    timeout: fields.integer('timeout', 0),
    keepAlive: keepAlive && holdKeepAlive(keepAlive),
    meta: meta && metaTexts(meta, InstructError),
  }
}

function holdMode(fields: Fields): 'response' | 'stream' {
  const mode = fields.value('mode') ?? 'response'
  if (mode === 'response' || mode === 'stream') return mode
  throw new InstructError("hold 'mode' must be set to either 'response' or 'stream'")
}

function holdChannel(value: unknown): HoldChannel {
  const values = asObject(value)
  if (values === undefined) throw new InstructError('channel is not an object')
  const fields = new Fields(values, 'channel', InstructError)
  const name = fields.text('name')
  if (name === undefined) throw new InstructError("channel does not contain 'name'")
  const filters = (fields.list('filters') ?? []).map((element) => {
    const filter = asText(element)
    if (filter === undefined) throw new InstructError('filters contains value with wrong type')
    return filter
  })
  return checkedChannel({ name, prevId: fields.text('prev-id'), filters })
}

/** It knows no mode: the reference sends it whatever else is sent. Without content there is nothing to send. */
function holdKeepAlive(values: FieldValues): KeepAlive | undefined {
  const fields = new Fields(values, 'keep-alive', InstructError)
  const content = fields.base64('content-bin') ?? fields.bytes('content')
  const timeout = keepAliveTimeout(fields.integer('timeout', 0))
  return content && content.length > 0 ? { content, mode: 'interval', timeout } : undefined
}
