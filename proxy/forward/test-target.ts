import { toWire } from '../../shared/grip/wire-text.ts'
import type { ResponseHead } from './origin-response.ts'

/** A response of the built-in target. */
export interface TestResponse {
  readonly head: ResponseHead
  readonly body: Buffer
}

/**
 * What the target `test` answers (GRIP 2.11): a backend for trying the gateway without one. `/response` and `/stream` hold on the
 * channels of the query's `channel` parameters.
 */
export function testResponse(target: string, pathBeg: string): TestResponse {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const channels = new Set(new URLSearchParams(query).getAll('channel').filter((name) => name !== ''))
  const names = channels.size === 0 ? 'test' : [...channels].join(', ')
  switch (testResource(path, pathBeg)) {
    case '':
      return text(200, 'OK', 'Hello from the Pushpin test handler!\n')
    case '/response':
      return text(200, 'OK', 'nothing for now\n', ['Grip-Hold', 'response', 'Grip-Channel', names])
    case '/stream':
      return text(200, 'OK', '[stream opened]\n', ['Grip-Hold', 'stream', 'Grip-Channel', names])
    default:
      return text(404, 'Not Found', 'no such test resource\n')
  }
}

export const testRequestTooLarge = text(400, 'Bad Request', 'request too large\n')

/** The path below the route's, without a final slash. */
export function testResource(path: string, pathBeg: string): string {
  const rest = path.slice(pathBeg.endsWith('/') ? pathBeg.length - 1 : pathBeg.length)
  return rest.endsWith('/') ? rest.slice(0, -1) : rest
}

function text(code: number, reason: string, content: string, headers: readonly string[] = []): TestResponse {
  // A line break in a channel name would be a header of the client's making.
  // eslint-disable-next-line no-control-regex
  const safe = headers.map((value) => toWire(value.replace(/[\x00-\x1f\x7f]/g, '')))
  const body = Buffer.from(content)
  const length = ['Content-Length', String(body.length)]
  return { head: { code, reason, headers: ['Content-Type', 'text/plain', ...length, ...safe] }, body }
}
