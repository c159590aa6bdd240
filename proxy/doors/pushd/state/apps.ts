import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Log } from '../../../../shared/log.ts'

/** SHA-256 of secrets, by application. */
type Secrets = ReadonlyMap<string, Buffer>

/** What an unknown application's secret is compared with: it takes as long as a known one's. */
const NOBODY = createHash('sha256').update('').digest()

/** The applications that may have tokens issued: lines of `NAME:SECRET`, where the secret may be `sha256:` and 64 hex digits. */
export class Apps {
  readonly #file: string | undefined
  readonly #log: Log
  #secrets: Secrets = new Map()

  constructor(file: string | undefined, log: Log) {
    this.#file = file
    this.#log = log
    this.reload()
  }

  get names(): readonly string[] {
    return [...this.#secrets.keys()]
  }

  has(name: string): boolean {
    return this.#secrets.has(name)
  }

  /** Takes the same time for every secret, known name or not. */
  verify(name: string, secret: Buffer): boolean {
    const isEqual = timingSafeEqual(this.#secrets.get(name) ?? NOBODY, createHash('sha256').update(secret).digest())
    return isEqual && this.#secrets.has(name)
  }

  /** Reads the file again; one that cannot be used leaves everything as it is. @returns the applications that are gone or have another secret. */
  reload(): string[] {
    if (this.#file === undefined) return []
    const before = this.#secrets
    try {
      this.#secrets = parse(readFileSync(this.#file, 'utf8'))
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
      this.#log.error(`pushd: apps_file ${this.#file}: ${reason}, the applications stay as they are`)
      return []
    }
    return [...before.keys()].filter((name) => this.#secrets.get(name)?.equals(before.get(name) as Buffer) !== true)
  }
}

function parse(text: string): Secrets {
  const secrets = new Map<string, Buffer>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue
    // Not the line itself: it would bring a secret into the log.
    const fields = /^(?<name>[^\s:/]+):(?<secret>.+)$/.exec(line)?.groups
    if (fields === undefined)
      throw new Error(`line ${index + 1} must be NAME:SECRET, the name without spaces and slashes`)
    const { name = '', secret = '' } = fields
    if (secrets.has(name)) throw new Error(`line ${index + 1} names '${name}' for the second time`)
    secrets.set(name, digestOf(secret))
  }
  return secrets
}

function digestOf(secret: string): Buffer {
  const hash = /^sha256:([\da-f]{64})$/i.exec(secret)?.[1]
  return hash === undefined ? createHash('sha256').update(secret).digest() : Buffer.from(hash, 'hex')
}
