import type { IncomingMessage } from 'node:http'
import { isHeaderName } from '../../shared/grip/wire-text.ts'
import { errors } from '../accept/errors.ts'
import type { ErrorAnswer } from '../accept/errors.ts'
import type { RequestTarget } from '../accept/request-check.ts'
import type { JsonpSettings } from '../choose/route.ts'
import { MemoryBody } from '../forward/memory-body.ts'
import type { RawHeaders } from '../forward/raw-headers.ts'
import { isCallback } from './callback.ts'
import { jsonpHeaders } from './jsonp-headers.ts'
import { takeParams } from './query-params.ts'

/** A request that a page makes with a script element: all of it is in the query, and the response has to be a script. */
export interface JsonpRequest {
  readonly mode: JsonpSettings['mode']
  /** JavaScript that names a function. */
  readonly callback: string
  /** The request that is meant, for the backend. */
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  /** Undefined leaves the client's own. */
  readonly body: MemoryBody | undefined
}

/** What is forwarded for nobody. */
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE'])

/** @returns undefined for a request that is no JSON-P, an error for one that is meant to be (GRIP 8.2). */
export function readJsonp(
  req: IncomingMessage,
  { host, target }: RequestTarget,
  settings: JsonpSettings,
): JsonpRequest | ErrorAnswer | undefined {
  if (req.method !== 'GET' || !target.includes('?')) return undefined
  const { mode, callbackParam, bodyParam, defaultCallback, defaultMethod } = settings
  const bodyName = bodyParam ?? '_body'
  const taken = takeParams(target, new Set([callbackParam, '_method', '_headers', bodyName]))
  const content = taken.values.get(bodyName)
  const isCallbackImplied = bodyParam !== undefined && content !== undefined
  const callback = taken.values.get(callbackParam) ?? (isCallbackImplied ? defaultCallback : undefined)
  if (callback === undefined) return undefined

  if (!isCallback(callback)) return errors.jsonpCallback
  const method = taken.values.get('_method') ?? defaultMethod
  if (!isHeaderName(method) || REFUSED_METHODS.has(method.toUpperCase())) return errors.jsonpMethod
  const added = jsonpHeaders(taken.values.get('_headers') ?? '{}')
  if (added === undefined) return errors.jsonpHeaders
  if (content === '') return bodyParam === undefined ? errors.jsonpBody : errors.jsonpNamedBody

  const body = content === undefined ? undefined : new MemoryBody(Buffer.from(content, 'latin1'))
  const rawHeaders = without(added, body !== undefined && bodyParam !== undefined ? ['content-type'] : [])
  if (body !== undefined && bodyParam !== undefined) rawHeaders.push('Content-Type', 'application/json')
  if (host !== '') rawHeaders.push('Host', host)
  rawHeaders.push('Accept', '*/*')
  // A script element sends no body; one of another client's is not this one.
  const replaced = body === undefined ? [] : ['content-length', 'transfer-encoding', 'content-type']
  rawHeaders.push(...without(req.rawHeaders, ['host', 'accept', ...replaced]))
  if (body !== undefined) rawHeaders.push('Content-Length', String(body.size))
  return { mode, callback, method, target: taken.target, rawHeaders, body }
}

function without(headers: readonly string[], names: readonly string[]): RawHeaders {
  const kept: RawHeaders = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (!names.includes(name.toLowerCase())) kept.push(name, headers[i + 1] as string)
  }
  return kept
}
