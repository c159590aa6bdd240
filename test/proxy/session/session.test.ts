import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Session } from '../../../proxy/session/session.ts'

function delivered(channel: string, ...ids: (string | undefined)[]): string[] {
  const told: string[] = []
  const session = new Session('s1', [], 'p-', (...words) => void told.push(words.join(' ')))
  session.delivered(channel, ids)
  return told
}

const cases: [what: string, told: string[], expected: string[]][] = [
  ['the last id of several that came together', delivered('p-a', '1', '2'), ['s1 a 2']],
  ['the last one that there is', delivered('p-a', '1', undefined), ['s1 a 1']],
  ['the last one that can be in a header', delivered('p-a', '1', '2\r\nX-Forged: 1', ''), ['s1 a 1']],
  ['an implicit channel by its own name', delivered('a', '1'), ['s1 a 1']],
  ['nothing without ids', delivered('p-a', undefined), []],
  ['nothing of a channel that cannot be in a header', delivered('p-a\n', '1'), []],
  ['nothing of an id that is too long', delivered('p-a', 'x'.repeat(1025)), []],
]

for (const [what, told, expected] of cases) {
  test(`of what was delivered, a session is told ${what}`, () => assert.deepEqual(told, expected))
}
