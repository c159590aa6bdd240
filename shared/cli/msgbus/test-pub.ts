import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { publish } from './request.ts'
import { count, testAddress, testCommand } from './test-options.ts'
import type { ServerOptions } from './test-options.ts'

/** Milliseconds between two words about the rate. */
const REPORT = 5000
/** Milliseconds between two looks at how many are due. */
const LOOK = 10

interface Options extends ServerOptions {
  readonly f?: string
  readonly r: string
}

/** Publishes at a steady rate over one connection, until it is stopped. */
export const testPub = testCommand('test-pub', 'publish messages at a rate')
  .option('-f <file>', 'the message (default: <h1>hello world N</h1>)')
  .option('-r <per second>', 'messages a second', '1')
  .action(async (options: Options) => {
    const rate = count(options.r)
    const address = testAddress(options)
    const message = options.f === undefined ? undefined : readFileSync(options.f)
    const agent =
      options.s === true
        ? new TlsAgent({ keepAlive: true, maxSockets: 1 })
        : new Agent({ keepAlive: true, maxSockets: 1 })
    let sent = 0
    let reported = 0
    setInterval(() => {
      console.log(`${(((sent - reported) * 1000) / REPORT).toFixed(1)} msgs/s`)
      reported = sent
    }, REPORT)

    const start = performance.now()
    for (;;) {
      const due = Math.floor(((performance.now() - start) * rate) / 1000)
      // Behind one that waits for its answer the next ones would wait, too.
      while (sent < due) {
        const content = message ?? Buffer.from(`<h1>hello world ${sent}</h1>`)
        sent++
        try {
          await publish(address, 'text/html', content, { agent, insecure: options.k })
        } catch (error) {
          console.error((error as Error).message)
        }
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK))
    }
  })
