import { randomUUID } from 'node:crypto'
import { Dealer } from 'zeromq'
import type { DetectRule, LastIds } from '../../shared/link/session-calls.ts'
import { decodeTnetstring, encodeTnetstring } from '../../shared/tnetstring.ts'
import type { TnetInput, TnetValue } from '../../shared/tnetstring.ts'
import { InputProblems } from '../receive/input-problems.ts'
import type { Count, InputLog } from '../receive/input-problems.ts'
import { bindInput } from '../receive/zmq-input.ts'
import type { SessionStore } from './session-store.ts'

/** Milliseconds (GRIP 12.9). */
const TIMEOUT = 1000

/** Past this many calls without an answer further ones fail at once: a service that hangs must not eat the memory. */
const MAX_PENDING = 1000

interface Dictionary {
  readonly [key: string]: TnetValue
}

/** Keeps sessions in a service outside, which several gateways may share (GRIP 12.9). */
export class StateService implements SessionStore {
  readonly #socket = new Dealer({ linger: 0, immediate: true, sendTimeout: 0, receiveHighWaterMark: MAX_PENDING })
  readonly #problems: InputProblems
  readonly #pending = new Map<string, (reply: Dictionary) => void>()
  #sent: Promise<void> = Promise.resolve()

  /** @param count is told `session_calls_failed` for each call that fails. */
  constructor(log: InputLog, count: Count) {
    this.#problems = new InputProblems('state service', 'session_calls_failed', log, count)
  }

  /** Waits for the service to connect. Rejects when it cannot listen. */
  async listen(spec: string): Promise<void> {
    await bindInput(this.#socket, 'state service', spec)
    void this.#receive()
  }

  async rules(domain: string, path: string): Promise<readonly DetectRule[]> {
    const value = await this.#call('session-detect-rules-get', { domain, path })
    return Array.isArray(value) ? value.flatMap(toRule) : []
  }

  async setRules(rules: readonly DetectRule[]): Promise<void> {
    await this.#call('session-detect-rules-set', { rules: rules.map(fromRule) })
  }

  async lastIds(sid: string): Promise<LastIds> {
    const value = await this.#call('session-get-last-ids', { sid }, 'item-not-found')
    if (!isDictionary(value)) return []
    return Object.entries(value).flatMap(([channel, id]) =>
      Buffer.isBuffer(id) ? [[channel, id.toString()] as const] : [],
    )
  }

  async update(sid: string, lastIds: LastIds): Promise<void> {
    await this.#call('session-create-or-update', { sid, 'last-ids': Object.fromEntries(lastIds) })
  }

  async updateMany(sessions: readonly (readonly [sid: string, lastIds: LastIds])[]): Promise<void> {
    const entries = sessions.map(([sid, lastIds]) => [sid, Object.fromEntries(lastIds)])
    await this.#call('session-update-many', { 'sid-last-ids': Object.fromEntries(entries) as TnetInput })
  }

  close(): void {
    this.#socket.close()
  }

  /** @returns undefined when it failed, which has been logged unless for the `expected` condition. */
  #call(method: string, args: TnetInput, expected?: string): Promise<TnetValue | undefined> {
    return new Promise((resolve) => {
      const id = randomUUID()
      const fail = (problem: string): void => {
        this.#pending.delete(id)
        clearTimeout(timer)
        if (!this.#socket.closed) this.#problems.warn(`${method}: ${problem}`)
        resolve(undefined)
      }
      const timer = setTimeout(() => fail('no answer within a second'), TIMEOUT).unref()
      if (this.#pending.size >= MAX_PENDING) {
        fail('too many calls without an answer')
        return
      }
      this.#pending.set(id, ({ success, value, condition }) => {
        const reason = Buffer.isBuffer(condition) ? condition.toString() : 'no condition'
        if (success === true || reason === expected) {
          this.#pending.delete(id)
          clearTimeout(timer)
          resolve(success === true ? value : undefined)
        } else {
          fail(reason)
        }
      })
      // One at a time: ZeroMQ refuses a second `send` while one is under way.
      const sending = this.#sent.then(() => this.#socket.send(['', encodeTnetstring({ id, method, args })]))
      this.#sent = sending.catch((error: Error) => fail(`not sent: ${error.message}`))
    })
  }

  async #receive(): Promise<void> {
    for await (const frames of this.#socket) {
      const reply = parseReply(frames.at(-1))
      if (reply === undefined) this.#problems.warn('sent something that is no reply')
      // An id that is not known was given up.
      else if (Buffer.isBuffer(reply['id'])) this.#pending.get(reply['id'].toString())?.(reply)
    }
  }
}

function parseReply(frame: Buffer | undefined): Dictionary | undefined {
  try {
    const reply = frame === undefined ? undefined : decodeTnetstring(frame)
    return isDictionary(reply) ? reply : undefined
  } catch {
    return undefined
  }
}

function isDictionary(value: TnetValue | undefined): value is { [key: string]: TnetValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
}

function fromRule({ domain, pathPrefix, sidPointer, jsonParam }: DetectRule): TnetInput {
  const rule = { domain, 'path-prefix': pathPrefix, 'sid-ptr': sidPointer }
  return jsonParam === undefined ? rule : { ...rule, 'json-param': jsonParam }
}

/** One or, when the service has sent something else, none. */
function toRule(value: TnetValue): DetectRule[] {
  if (!isDictionary(value)) return []
  const { domain, 'path-prefix': pathPrefix, 'sid-ptr': sidPointer, 'json-param': jsonParam } = value
  if (!Buffer.isBuffer(domain) || !Buffer.isBuffer(pathPrefix) || !Buffer.isBuffer(sidPointer)) return []
  return [
    {
      domain: domain.toString(),
      pathPrefix: pathPrefix.toString(),
      sidPointer: sidPointer.toString(),
      jsonParam: Buffer.isBuffer(jsonParam) ? jsonParam.toString() : undefined,
    },
  ]
}
