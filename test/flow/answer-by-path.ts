import type { Script } from '../support/recording-backend.ts'
import { answer } from './origin-answer.ts'

/** The path of a request line, with its query. */
export function targetOf(line: string): string {
  return line.split(' ')[1] ?? ''
}

/**
 * What a backend answers on each path (with its query): always the same, or one after the other and the last for ever. Other
 * paths get 404.
 */
export function byPath(answers: Readonly<Record<string, string | readonly string[]>>): Script {
  const given = new Map<string, number>()
  return {
    whole(socket, { line }) {
      const target = targetOf(line)
      const of = [answers[target] ?? answer([], '', '404 Not Found')].flat()
      const at = given.get(target) ?? 0
      given.set(target, at + 1)
      socket.write(Buffer.from(of[Math.min(at, of.length - 1)] ?? '', 'latin1'))
    },
  }
}
