#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { getSystemErrorMap } from 'node:util'
import { Command, Option } from 'commander'
import { PublishError } from './publish-error.ts'
import { type MessageContent, type MessageOptions, publishMessage } from './publish-message.ts'
import { sendOverHttp, sendOverZeromq } from './publish-send.ts'
import { type PublishCredentials, publishTarget } from './publish-target.ts'
import { version } from './version.ts'

const DEFAULT_SPEC = 'http://localhost:5561'

type CommandOptions = MessageOptions & PublishCredentials & { readonly spec?: string }

/** Publishes one item (GRIP 5.5). */
async function publish(channel: string, content: string | undefined, options: CommandOptions): Promise<void> {
  const spec = options.spec ?? (process.env['GRIP_URL'] || DEFAULT_SPEC)
  const target = publishTarget(spec, options, Date.now())
  const carrier = target.kind === 'http' ? 'json' : 'tnetstring'
  const item = publishMessage(channel, readContent(content, options), options, carrier)
  if (target.kind === 'http') await sendOverHttp(target.url, target.authorization, item)
  else await sendOverZeromq(target.spec, item)
  console.log('Published')
}

function readContent(content: string | undefined, { hint, close }: CommandOptions): MessageContent | undefined {
  if (content === undefined || hint === true || close === true) return undefined
  if (!content.startsWith('@')) return { bytes: Buffer.from(content), fromFile: false }
  const file = content.slice(1)
  try {
    return { bytes: readFileSync(file), fromFile: true }
  } catch (error) {
    throw new PublishError(`can't read file ${file}: ${fileProblem(error)}`)
  }
}

function fileProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const systemError =
    'errno' in error && typeof error.errno === 'number' ? getSystemErrorMap().get(error.errno) : undefined
  return systemError?.[1] ?? error.message
}

function collect(value: string, values: readonly string[]): readonly string[] {
  return [...values, value]
}

const none: readonly string[] = []
const program = new Command('pushpin-publish')
  .description('Publishes a message to the subscribers of a channel.')
  .argument('<channel>', 'channel to publish to')
  .argument('[content]', 'text, or @FILE for the bytes of a file')
  .option('--id <id>', 'id of the message')
  .option('--prev-id <id>', 'id of the message before it on the channel')
  .option('--sender <sender>', 'meta value "sender"')
  .option('--code <number>', 'status of HTTP responses', '200')
  .option('-H, --header <"name: value">', 'header of HTTP responses (repeatable)', collect, none)
  .option('-M, --meta <"name=value">', 'meta value (repeatable)', collect, none)
  .addOption(new Option('--hint', 'make subscribers ask the origin again').conflicts(['close', 'patch']))
  .addOption(new Option('--close', 'end streams and WebSockets').conflicts('patch'))
  .option('--patch', 'content is a JSON patch for held responses')
  .option('--no-seq', 'deliver without looking at ids')
  .option('--no-eol', 'do not end HTTP bodies with a newline')
  .option('--spec <spec>', `GRIP URL, or ZeroMQ spec to push to (default: GRIP_URL, else ${DEFAULT_SPEC})`)
  .option('-u, --user <user:pass>', 'basic authentication')
  .option('-B, --bearer <token>', 'bearer authentication')
  .version(`pushpin-publish ${version}`, '--version')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'Error: ')) })
  .action(publish)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof PublishError)) throw error
  console.error(`Error: ${error.message}`)
  process.exitCode = 1
}
