import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { until } from '../support/until.ts'

/** A page of the browser; expressions are run in it. */
export class Tab {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** Opens a WebSocket that the tab knows by its path; how that went. */
  async connect(path: string, protocols: readonly string[] = []): Promise<string> {
    return this.#page.evaluate<string>(`connect(${quote(path)}, ${quote(path)}, ${JSON.stringify(protocols)})`)
  }

  /** @param data an expression */
  async send(path: string, data: string): Promise<void> {
    await this.#page.evaluate(`sockets[${quote(path)}].socket.send(${data})`)
  }

  async close(path: string, code: number, reason: string): Promise<void> {
    await this.#page.evaluate(`sockets[${quote(path)}].socket.close(${code}, ${quote(reason)})`)
  }

  /** All messages that have come, and no others. */
  async gets(path: string, ...messages: readonly string[]): Promise<void> {
    let came: string[] = []
    await until(
      async () => {
        came = await this.#page.evaluate<string[]>(`sockets[${quote(path)}].messages`)
        return came.length >= messages.length
      },
      () => `${JSON.stringify(messages)} in a tab that got ${JSON.stringify(came)}`,
    )
    assert.deepEqual(came, messages)
  }

  /** How the WebSocket ended: code and reason. */
  async ended(path: string): Promise<string> {
    let end = ''
    await until(async () => {
      end = await this.#page.evaluate<string>(`sockets[${quote(path)}].end`)
      return end !== ''
    }, `the end of ${path}`)
    return end
  }
}

function quote(text: string): string {
  return JSON.stringify(text)
}
