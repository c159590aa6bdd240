import { Command } from 'commander'
import { basic, MsgbusError } from './address.ts'
import type { Address } from './address.ts'

export interface ServerOptions {
  readonly c: string
  readonly l: string
  readonly p?: string
  readonly s?: true
  readonly k?: true
}

/** A test program with the options that name a channel of a server. */
export function testCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-c <channel>', 'channel', 'flood')
    .option('-l <host>', 'server', '127.0.0.1')
    .option('-p <port>', 'its port (default: 8888, with -s 4444)')
    .option('-s', 'with TLS')
    .option('-k', 'take any certificate')
}

/** The tests are somebody, with a password that servers can be given for them. @throws MsgbusError */
export function testAddress({ c: channel, l: host, p, s: isTls }: ServerOptions): Address {
  const port = p ?? (isTls === true ? '4444' : '8888')
  const text = `${isTls === true ? 'https' : 'http'}://${host}:${port}/msgbus/${channel}`
  if (!URL.canParse(text)) throw new MsgbusError(`invalid server: ${host}:${port}`)
  return { url: new URL(text), channel, authorization: basic(process.env['USER'] ?? 'test', 'foobar') }
}

/** @throws MsgbusError */
export function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new MsgbusError(`must be a whole number of at least 1, not '${text}'`)
  return Number(text)
}
