import { isUtf8 } from 'node:buffer'
import { Fields, asObject } from '../fields.ts'
import { ControlError } from './control-error.ts'
import type { ControlMessage } from './control-message.ts'
import { keepAlive } from './keep-alive.ts'
import { sendDelayed } from './send-delayed.ts'
import { session } from './session.ts'
import { setMeta } from './set-meta.ts'
import { subscribe } from './subscribe.ts'
import { unsubscribe } from './unsubscribe.ts'

/** Reads what follows `c:`; throws ControlError (GRIP 7.3). */
export function parseControl(json: Buffer | string): ControlMessage {
  const values = asObject(parseJson(json))
  if (values === undefined) throw new ControlError('grip control message is not an object')
  const fields = new Fields(values, 'grip control object', ControlError)
  const type = fields.text('type')
  switch (type) {
    case 'subscribe':
      return subscribe(fields)
    case 'unsubscribe':
      return unsubscribe(fields)
    case 'detach':
      return { type }
    case 'session':
      return session(fields)
    case 'set-meta':
      return setMeta(fields)
    case 'keep-alive':
      return keepAlive(fields)
    case 'send-delayed':
      return sendDelayed(fields)
    case 'flush-delayed':
      return { type }
    case undefined:
      throw new ControlError("grip control object does not contain 'type'")
    default:
      throw new ControlError(`'type' contains unknown value: ${type}`)
  }
}

function parseJson(json: Buffer | string): unknown {
  if (Buffer.isBuffer(json) && !isUtf8(json)) throw new ControlError('grip control message is not UTF-8')
  try {
    return JSON.parse(json.toString())
  } catch {
    throw new ControlError('grip control message is not JSON')
  }
}
