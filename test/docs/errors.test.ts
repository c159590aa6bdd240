import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { errors } from '../../proxy/accept/errors.ts'

const page = readFileSync('docs/errors.md', 'utf8')
const spans = Array.from(page.matchAll(/`([^`\n]+)`/g), ([, span = '']) => span)

test('every answer that a client can get is in docs/errors.md with its status', () => {
  for (const { code, message } of Object.values(errors)) {
    assert.ok(page.includes(`\n| ${code} | \`${message}\` |`), `${code} ${message}`)
  }
})

test('an answer that closes the connection is said to', () => {
  const rows = page.split('\n')
  for (const { message, ...error } of Object.values(errors)) {
    const row = rows.find((line) => line.includes(`| \`${message}\` |`)) ?? ''
    assert.equal('close' in error, / Closes \|/.test(row), message)
  }
})

/** Source files whose errors are sentences for users, and how those errors are made. */
const sources: readonly (readonly [folder: string, call: string])[] = [
  ['shared/grip', 'new (?:ItemError|InstructError|ControlError|Problem|this\\.#Problem)'],
  ['proxy/websocket/over-http', '(?:new EventError|refuse|#fail)'],
  ['proxy/doors/socket-push', 'new CallError'],
  ['shared/config', '(?:new ConfigError|place\\.fail|fail)'],
  ['shared/cli', '(?:new PublishError|fail)'],
  ['proxy/choose', '(?:new RouteLineError|warn)'],
  ['handler/receive', '(?:new (?:ItemError|BodyError|ItemFrameError)|problems\\.warn|refuse)'],
]

for (const [folder, call] of sources) {
  test(`every message of ${folder} is in docs/errors.md`, () => {
    const messages = sourceFiles(folder).flatMap((file) => messagesIn(readFileSync(file, 'utf8'), call))
    assert.ok(messages.length > 5, `only ${messages.length} messages found`)
    assert.deepEqual(
      messages.filter((message) => !isDocumented(message)),
      [],
    )
  })
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
}

/**
 * The texts that the calls begin with, or that follow reply and status. Not those that have a text inside, and not those
 * that are nothing but a value.
 */
function messagesIn(source: string, call: string): string[] {
  const text = `'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)"|\`((?:[^\`\\\\]|\\\\.)*)\``
  const replyAndStatus = `(?:(?:(?:reply|reply\\.header\\([^)]*\\)), )?\\d+, )?`
  return Array.from(
    source.matchAll(new RegExp(`${call}\\(${replyAndStatus}\\s*(?:${text})`, 'g')),
    ([, single, double, template]) => single ?? double ?? template ?? '',
  ).filter((message) => !/\$\{[^}]*$/.test(message) && message.replaceAll(/\$\{[^}]*\}/g, '').length > 3)
}

/** Whether a code span of the page has the message's words, with something else where the message has a value. */
function isDocumented(message: string): boolean {
  const words = message
    .split(/\$\{[^}]*\}+/)
    .map((part) => part.replaceAll('\\\\', '\\').replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(
    words
      .join('.+?')
      .replace(/^\.\+\?/, '')
      .replace(/\.\+\?$/, ''),
  )
  return spans.some((span) => pattern.test(span))
}
