import { isUtf8 } from 'node:buffer'
import { STATUS_CODES } from 'node:http'
import type { InstructResponse } from '../../shared/grip/instruct/instruct.ts'
import type { HeaderList } from '../../shared/grip/item/publish-item.ts'
import { fromWire } from '../../shared/grip/wire-text.ts'
import { errors } from '../accept/errors.ts'
import type { JsonpRequest } from './jsonp-request.ts'
import { headersLiteral, literal, safe, SCRIPT_START } from './script-text.ts'
import { ScriptEncoder } from './script-encoder.ts'

const TYPE = ['Content-Type', 'application/javascript'] as const

const { code, message } = errors.jsonpResponse

/** Instead of a response that cannot be made a script. */
export const NOT_ENCODABLE: InstructResponse = {
  code,
  reason: STATUS_CODES[code] ?? '',
  headers: [['Content-Type', 'text/plain']],
  body: Buffer.from(`${message}\n`),
}

/** What a script tells caches; its other headers are in it. */
export function scriptHeaders(headers: HeaderList): HeaderList {
  return [TYPE, ...headers.filter(([name]) => name.toLowerCase() === 'cache-control')]
}

/** Makes a script of a response that is answered at once. */
export function relayedScript(jsonp: JsonpRequest, response: InstructResponse): InstructResponse {
  const encoder = new ScriptEncoder(jsonp, { ...response, headers: response.headers.flat() })
  const body = encoder.piece(response.body)
  const end = encoder.end()
  if (body === undefined || end === undefined) return NOT_ENCODABLE
  return scriptResponse(scriptHeaders(response.headers), encoder.start() + body + end)
}

/** Makes a script of the response to a request that was held: it keeps its headers, and its object is written in another way. */
export function heldScript({ mode, callback }: JsonpRequest, response: InstructResponse): InstructResponse {
  const argument = mode === 'basic' ? basicArgument(response.body) : objectOf(response)
  if (argument === undefined) return NOT_ENCODABLE
  const kept = response.headers.filter(([name]) => name.toLowerCase() !== 'content-type')
  return scriptResponse([...kept, TYPE], `${SCRIPT_START}${callback}(${argument});\n`)
}

function scriptResponse(headers: HeaderList, script: string): InstructResponse {
  return { code: 200, reason: 'OK', headers, body: Buffer.from(script) }
}

function basicArgument(body: Buffer): string | undefined {
  const text = textOf(body)
  return text === undefined ? undefined : safe(text.replace(/\n$/, ''))
}

/** Members and their order are as clients know them; what is repeated is one value. */
function objectOf({ code, reason, headers, body }: InstructResponse): string | undefined {
  const text = textOf(body)
  if (text === undefined) return undefined
  const joined = new Map<string, string>()
  for (const [name, value] of headers) {
    const before = joined.get(name)
    joined.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  const status = `"code":${code},"headers":${headersLiteral(joined)},"reason":${literal(fromWire(reason))}`
  return `{"body":${literal(text)},${status}}`
}

function textOf(body: Buffer): string | undefined {
  return isUtf8(body) ? body.toString() : undefined
}
