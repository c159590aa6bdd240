import { createHash, timingSafeEqual } from 'node:crypto'
import type { Log } from '../../../shared/log.ts'
import type { PatternList } from '../pattern-list.ts'
import { readUsers } from './users-file.ts'
import type { Users } from './users-file.ts'

/** Who sent a request, and what it may. */
export interface Client {
  /** For `From`; undefined when nobody vouches for a name. */
  readonly sender: string | undefined
  /** Channels; undefined for all. */
  readonly read: PatternList | undefined
  readonly write: PatternList | undefined
}

interface CredentialOptions {
  /** Lets any name in that is not a user's; empty for none. */
  readonly secret: string
  readonly usersFile: string | undefined
  /** Without secret and users, whether a name that is given counts. */
  readonly trustUnverified: boolean
}

/** Longer names count as none: what is matched against patterns is bounded. */
const MAX_NAME = 255

/** Who may use the door. */
export class Credentials {
  readonly #options: CredentialOptions
  readonly #log: Log
  #users: Users | undefined

  constructor(options: CredentialOptions, log: Log) {
    this.#options = options
    this.#log = log
    // A file that cannot be read is no reason to let everybody in.
    if (options.usersFile !== undefined) this.#users = new Map()
    this.reload()
  }

  /** A file that cannot be read leaves the users as they were. */
  reload(): void {
    const { usersFile } = this.#options
    if (usersFile === undefined) return
    try {
      this.#users = readUsers(usersFile)
    } catch (error) {
      this.#log.error(`msgbus: users not read: ${(error as Error).message}`)
    }
  }

  /** @param header `Authorization`. @returns undefined for who may not use the door. */
  identify(header: string | undefined): Client | undefined {
    const basic = readBasic(header)
    const { secret, trustUnverified } = this.#options
    const user = basic && this.#users?.get(basic.name)
    if (basic !== undefined && user !== undefined) {
      // The shared secret is not good for a name that has its own.
      return isSecret(basic.password, user.secret) ? { sender: basic.name, ...user } : undefined
    }
    const isOpen = secret === '' && this.#users === undefined
    if (!isOpen && (basic === undefined || secret === '' || !isEqual(basic.password, secret))) return undefined
    const isName = basic !== undefined && basic.name !== '' && basic.name.length <= MAX_NAME
    const isTrusted = isName && (!isOpen || trustUnverified)
    return { sender: isTrusted ? basic.name : undefined, read: undefined, write: undefined }
  }
}

interface Basic {
  readonly name: string
  readonly password: string
}

/** RFC 7617; undefined for other schemes and for a value without a colon. */
function readBasic(header: string | undefined): Basic | undefined {
  const encoded = /^basic +([\w+/-]+=*)\s*$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function isSecret(password: string, secret: string): boolean {
  const digest = /^sha256:([0-9a-f]{64})$/i.exec(secret)?.[1]
  return digest === undefined
    ? isEqual(password, secret)
    : timingSafeEqual(digestOf(password), Buffer.from(digest, 'hex'))
}

/** Takes the same time however much of it is right. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
