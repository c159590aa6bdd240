import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'

/** Certificates by TLS name, in a folder of `NAME.crt` and `NAME.key` (GRIP 11.6); a file that changes counts from the next handshake. */
export class Certificates {
  readonly #directory: string
  /** Only of files that exist, so bounded by the folder. */
  readonly #loaded = new Map<string, { modified: number; context: SecureContext }>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /**
   * For a client's name: its own certificate, one for `_` plus the name from its first dot, or the port's default.
   * @throws Error when there is none.
   */
  contextFor(name: string | undefined, port: number): SecureContext {
    const lower = name?.toLowerCase() ?? ''
    const dot = lower.indexOf('.')
    const candidates = !NAME.test(lower) ? [] : dot === -1 ? [lower] : [lower, `_${lower.slice(dot)}`]
    for (const candidate of [...candidates, `default_${port}`]) {
      const context = this.#load(candidate)
      if (context !== undefined) return context
    }
    throw new Error(
      `${this.#directory}: no certificate ${lower === '' ? '' : `for ${lower} `}and no default_${port}.crt`,
    )
  }

  /** For clients that name no host; read once, since the handshake asks for no other then. */
  defaultOf(port: number): { cert: Buffer; key: Buffer } | undefined {
    return readPair(join(this.#directory, `default_${port}`))
  }

  #load(name: string): SecureContext | undefined {
    const path = join(this.#directory, name)
    const modified = statSync(`${path}.crt`, { throwIfNoEntry: false })?.mtimeMs
    if (modified === undefined) return undefined
    const loaded = this.#loaded.get(name)
    if (loaded?.modified === modified) return loaded.context
    const context = createSecureContext({ ...readPair(path), minVersion: 'TLSv1.2' })
    this.#loaded.set(name, { modified, context })
    return context
  }
}

function readPair(path: string): { cert: Buffer; key: Buffer } | undefined {
  if (!existsSync(`${path}.crt`)) return undefined
  return { cert: readFileSync(`${path}.crt`), key: readFileSync(`${path}.key`) }
}

/** A host name, which can name no file outside the folder. */
const NAME = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/
