import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { MsgbusError, parseAddress } from './address.ts'
import { publish } from './request.ts'

interface Options {
  readonly f?: string
  readonly t: string
  readonly k?: true
}

/** Publishes a file, or what comes on standard input, as one message. Says nothing when it has. */
export const msgsend = new Command('msgsend')
  .description('publish a message')
  .argument('<URL|channel>')
  .option('-f <file>', 'the message (default: standard input)')
  .option('-t <type>', 'its type', 'text/html')
  .option('-k', 'take any certificate')
  .action(async (target: string, { f, t, k }: Options) => {
    await publish(parseAddress(target), t, readMessage(f), { insecure: k })
  })

function readMessage(file: string | undefined): Buffer {
  try {
    return readFileSync(file ?? 0)
  } catch (error) {
    throw new MsgbusError((error as Error).message)
  }
}
