import { ItemError } from '../../shared/grip/item/item-error.ts'
import type { TnetInput, TnetValue } from '../../shared/tnetstring.ts'
import type { Inbox, WorkerCommands } from './inbox.ts'
import { parseItemList } from './item-list.ts'

/** A decoded tnetstring dictionary; it has no prototype. */
export interface CommandArgs {
  readonly [name: string]: TnetValue
}

/** `condition` is one of the words of GRIP 5.4, or `service-unavailable` when nothing was taken because the inbox is full. */
export type CommandResult =
  | { readonly success: true; readonly value: TnetInput }
  | { readonly success: false; readonly condition: string; readonly value?: TnetInput }

/** The specs as configured; undefined for an input that is off, or that connects instead of binding. */
export interface ZmqUris {
  readonly command: string | undefined
  readonly publishPull: string | undefined
  readonly publishSub: string | undefined
}

export interface CommandContext {
  readonly uris: ZmqUris
  readonly inbox: Inbox
  readonly commands: WorkerCommands
}

/** Runs one request of the command socket (GRIP 5.4). Never throws for what the request says, and never rejects. */
export function runCommand(
  method: string,
  args: CommandArgs,
  context: CommandContext,
): CommandResult | Promise<CommandResult> {
  switch (method) {
    case 'conncheck':
      return connCheck(args, context.commands)
    case 'get-zmq-uris':
      return success(zmqUris(context.uris))
    case 'recover':
      context.commands.recover()
      return success(null)
    case 'refresh':
      return refresh(args, context.commands)
    case 'publish':
      return publish(args, context.inbox)
    default:
      return failure('method-not-found')
  }
}

function success(value: TnetInput): CommandResult {
  return { success: true, value }
}

function failure(condition: string, value?: string): CommandResult {
  return value === undefined ? { success: false, condition } : { success: false, condition, value }
}

async function connCheck(args: CommandArgs, commands: WorkerCommands): Promise<CommandResult> {
  const ids = args['ids']
  if (!Array.isArray(ids) || !ids.every((id) => Buffer.isBuffer(id))) return failure('bad-request')
  try {
    return success(await commands.connCheck(ids.map(String)))
  } catch {
    return failure('proxy-request-failed')
  }
}

function zmqUris({ command, publishPull, publishSub }: ZmqUris): TnetInput {
  return {
    ...(command === undefined ? {} : { command }),
    ...(publishPull === undefined ? {} : { 'publish-pull': publishPull }),
    ...(publishSub === undefined ? {} : { 'publish-sub': publishSub }),
  }
}

/** Concerns WebSocket-over-HTTP connections only (GRIP 7.4). */
async function refresh(args: CommandArgs, commands: WorkerCommands): Promise<CommandResult> {
  const { cid, channel } = args
  try {
    if (Buffer.isBuffer(cid)) return (await commands.refresh(String(cid))) ? success(null) : failure('item-not-found')
    if (!Buffer.isBuffer(channel)) return failure('bad-request')
    await commands.refreshChannel(String(channel))
    return success(null)
  } catch {
    return failure('proxy-request-failed')
  }
}

function publish(args: CommandArgs, inbox: Inbox): CommandResult {
  try {
    const items = parseItemList(args, 'tnetstring')
    return inbox.publish(items) ? success(null) : failure('service-unavailable', 'Too much waits to be delivered.')
  } catch (error) {
    if (!(error instanceof ItemError)) throw error
    return failure('bad-request', `Invalid format: ${error.message}`)
  }
}
