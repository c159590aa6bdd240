import { Command } from 'commander'
import { parseAddress } from './address.ts'
import { quoted } from './quoted.ts'
import { publish } from './request.ts'
import { subscribe } from './subscription.ts'

/** Each line of standard input is published; what anybody publishes is shown. Ends with its input. */
export const msgchat = new Command('msgchat')
  .description('publish lines and show messages')
  .argument('[URL]', 'channel', 'http://localhost:8888/msgbus/chatdemo')
  .option('-k', 'take any certificate')
  .action(async (target: string, { k }: { readonly k?: true }) => {
    const address = parseAddress(target)
    process.once('SIGINT', () => process.exit(0))
    let isOpen = false
    await subscribe(address, {
      insecure: k,
      onOpen: () => {
        if (isOpen) return
        isOpen = true
        console.log(`pub/sub to ${address.url.href}`)
        void publishLines(async (line) => publish(address, 'text/html', Buffer.from(line), { insecure: k }))
      },
      onMessage: ({ channel, type, sender = 'None', content }) =>
        console.log(`> ${sender}@${channel} <${type}>: ${quoted(content)}`),
    })
  })

async function publishLines(send: (line: string) => Promise<void>): Promise<void> {
  let rest = ''
  for await (const piece of process.stdin) {
    const lines = (rest + String(piece)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) await trySend(line)
  }
  await trySend(rest)
  process.exit(0)

  async function trySend(line: string): Promise<void> {
    const text = line.trim()
    if (text === '') return
    try {
      await send(text)
    } catch (error) {
      console.error((error as Error).message)
    }
  }
}
