import { subscribe } from './subscription.ts'
import { count, testAddress, testCommand } from './test-options.ts'
import type { ServerOptions } from './test-options.ts'

interface Options extends ServerOptions {
  readonly n: string
}

/** Shows what comes on any number of connections. */
export const testSub = testCommand('test-sub', 'show the messages of many subscriptions')
  .option('-n <connections>', 'subscriptions', '1')
  .action(async (options: Options) => {
    const address = testAddress(options)
    const one = async (): Promise<never> =>
      subscribe(address, {
        insecure: options.k,
        onMessage: ({ channel, type, sender = '(null)', content }) =>
          process.stdout.write(`${channel} ${type} ${sender} [${content.toString()}]\n`),
      })
    await Promise.all(Array.from({ length: count(options.n) }, one))
  })
