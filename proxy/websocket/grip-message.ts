import { parseControl } from '../../shared/grip/control/parse-control.ts'
import { ControlError } from '../../shared/grip/control/control-error.ts'
import type { ControlMessage } from '../../shared/grip/control/control-message.ts'
import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import { listElements, paramValue } from '../../shared/grip/list-header.ts'
import { TEXT } from './frames/frame.ts'

/** What a backend that speaks GRIP puts before the messages that are for its client. */
const DEFAULT_PREFIX = Buffer.from('m:')
const CONTROL_PREFIX = Buffer.from('c:')

/** Bytes of a control message; a longer one is ignored. */
export const CONTROL_LIMIT = 65_536

/** What is to be done with a message of the backend, by its first bytes (GRIP 7.2). */
export type Verdict = 'control' | 'relay' | 'drop'

/** The message prefix when the backend's answer to the handshake says that it speaks GRIP (GRIP 7.1). */
export function messagePrefix(headers: HeaderList): Buffer | undefined {
  const extension = listElements(headers, 'sec-websocket-extensions').find(({ first }) => first === 'grip')
  if (extension === undefined) return undefined
  const prefix = paramValue(extension.params, 'message-prefix')
  return prefix === undefined ? DEFAULT_PREFIX : Buffer.from(prefix)
}

/** Bytes of a message that `judge` needs to see, as far as there are as many. */
export function leadOf(prefix: Buffer): number {
  return Math.max(prefix.length, CONTROL_PREFIX.length)
}

/** `c:` comes before the message prefix, and only in texts. */
export function judge(opcode: number, lead: Buffer, prefix: Buffer): Verdict {
  if (opcode === TEXT && startsWith(lead, CONTROL_PREFIX)) return 'control'
  return startsWith(lead, prefix) ? 'relay' : 'drop'
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  return bytes.length >= prefix.length && bytes.subarray(0, prefix.length).equals(prefix)
}

/** @param text with its `c:`. @param ignored told why a message is ignored (GRIP 7.3). */
export function readControl(text: Buffer, ignored: (reason: string) => void): ControlMessage | undefined {
  try {
    return parseControl(text.subarray(CONTROL_PREFIX.length))
  } catch (error) {
    if (!(error instanceof ControlError)) throw error
    ignored(`failed to parse grip control message: ${error.message}`)
    return undefined
  }
}
