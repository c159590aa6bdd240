import { Command } from 'commander'
import { parseAddress } from './address.ts'
import { quoted } from './quoted.ts'
import { subscribe } from './subscription.ts'

interface Options {
  readonly q?: true
  readonly s?: string
  readonly t?: string
  readonly k?: true
}

/** Shows what is published: a line about each message, and its content unless told not to. */
export const msgdump = new Command('msgdump')
  .description('show messages')
  .argument('[URL|channel]', 'all channels of this machine by default', '')
  .option('-q', 'leave out what is in them')
  .option('-s <sender>', 'of these senders only')
  .option('-t <type>', 'of these types only')
  .option('-k', 'take any certificate')
  .action(async (target: string, { q, s, t, k }: Options) => {
    const start = Date.now()
    let count = 0
    process.once('SIGINT', () => {
      const seconds = (Date.now() - start) / 1000
      const rate = (count / seconds).toFixed(1)
      console.error(`received ${count} msgs over ${Math.floor(seconds)} secs (${rate} mps)`)
      process.exit(0)
    })
    const address = parseAddress(target)
    await subscribe(address, {
      type: t,
      sender: s,
      insecure: k,
      onOpen: () => console.error(`subscribed to ${address.url.href}`),
      onMessage: ({ channel, type, sender, content }) => {
        count++
        const line = `${Math.round(Date.now() / 10) / 100} ${channel} ${sender ?? '?'} ${type} (${content.length})`
        process.stdout.write(q === true ? `${line}\n` : `${line}\n${quoted(content)}\n`)
      },
    })
  })
