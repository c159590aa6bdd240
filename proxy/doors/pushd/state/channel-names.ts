import { failures } from '../commands/replies.ts'
import type { Reply } from '../commands/replies.ts'
import type { Apps } from './apps.ts'

const MAX_LENGTH = 1024

/** The first is what bytes that are no UTF-8 become; names with control characters would forge replies and lines of the log. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const UNUSABLE = /[\uFFFD\u0000-\u001F\u007F]/

/**
 * How clients' channels are called on the bus: the door's prefix, then `APP/` for those of an application. An application's name has no slash and
 * nobody else can use channels that begin with it, so that applications do not hear each other.
 */
export class ChannelNames {
  readonly #prefix: string
  readonly #apps: Pick<Apps, 'has'>

  constructor(prefix: string, apps: Pick<Apps, 'has'>) {
    this.#prefix = prefix
    this.#apps = apps
  }

  /** @returns the failure for a name that cannot be had. */
  channelOf(app: string, name: string): string | Reply {
    if (name.length > MAX_LENGTH || UNUSABLE.test(name)) return failures.badChannel
    if (app !== '') return `${this.#prefix}${app}/${name}`
    return this.#appOf(name) === undefined ? this.#prefix + name : failures.notPermit
  }

  /** What a client calls a channel of the bus. */
  nameOf(channel: string): string {
    const name = channel.slice(this.#prefix.length)
    const app = this.#appOf(name)
    return app === undefined ? name : name.slice(app.length + 1)
  }

  /** Whether a connection of the application may still have the channel, after the applications have changed. */
  isOf(app: string, channel: string): boolean {
    const owner = this.#appOf(channel.slice(this.#prefix.length))
    return owner === undefined || owner === app
  }

  #appOf(name: string): string | undefined {
    const end = name.indexOf('/')
    if (end === -1) return undefined
    const app = name.slice(0, end)
    return this.#apps.has(app) ? app : undefined
  }
}
