import { Pool } from 'undici'
import { ConfigError } from '../../../../shared/config/config-error.ts'
import type { Authenticator } from './authenticator.ts'
import { grantOf } from './grant.ts'
import type { Grant } from './grant.ts'

/** Milliseconds for the whole answer. */
const TIMEOUT = 10_000
/** Bytes of it. */
const MAX_ANSWER = 65_536
const MAX_CONNECTIONS = 16
/** Questions that may be under way or waiting; the clients of more than these have to come again. */
const MAX_QUESTIONS = 1000

/** `HTTP`: a service is asked, with a POST of `{"authorization": TEXT}`, and answers as the claims of a token would say it. */
export class Service implements Authenticator {
  readonly #url: URL
  readonly #pool: Pool
  readonly #defaultRead: readonly string[]
  #questions = 0

  /** @throws {ConfigError} */
  constructor(url: string, defaultRead: readonly string[]) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new ConfigError('http_url must be an http:// or https:// URL')
    }
    this.#url = new URL(url)
    this.#pool = new Pool(this.#url.origin, { connections: MAX_CONNECTIONS, connect: { timeout: TIMEOUT } })
    this.#defaultRead = defaultRead
  }

  async authorize(authorization: string): Promise<Grant | undefined> {
    if (this.#questions >= MAX_QUESTIONS) throw new Error(`${MAX_QUESTIONS} clients wait for answers already`)
    this.#questions++
    try {
      return await this.#ask(authorization)
    } finally {
      this.#questions--
    }
  }

  close(): void {
    void this.#pool.close()
  }

  async #ask(authorization: string): Promise<Grant | undefined> {
    const { statusCode, body } = await this.#pool.request({
      method: 'POST',
      path: this.#url.pathname + this.#url.search,
      headers: { 'content-type': 'application/json', ...credentialsOf(this.#url) },
      body: JSON.stringify({ authorization }),
      signal: AbortSignal.timeout(TIMEOUT),
    })
    const chunks: Buffer[] = []
    let length = 0
    // Leaving the loop ends the connection.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > MAX_ANSWER) throw new Error(`the answer has more than ${MAX_ANSWER} bytes`)
    }
    if (statusCode === 401 || statusCode === 403) return undefined
    if (statusCode !== 200) throw new Error(`the answer's status is ${statusCode}`)
    return grantOf(JSON.parse(Buffer.concat(chunks).toString()), this.#defaultRead)
  }
}

function credentialsOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}
