import { CallError } from '../services/call-error.ts'
import type { Method, ParameterType, Service } from '../services/service.ts'

/** A method and the values for it. */
export interface Call {
  readonly method: Method
  readonly values: readonly unknown[]
}

/** What a request asks for. */
export interface CallRequest {
  readonly method: string | undefined
  /** Without the query. */
  readonly path: string
  /** Of a POST. */
  readonly body: string
}

/**
 * Every parameter is a segment of the path, in order and percent-encoded; or, with POST, an element of a JSON array or a member of a JSON
 * object in the body.
 *
 * @throws {CallError}
 */
export function parseCall({ method, path, body }: CallRequest, services: ReadonlyMap<string, Service>): Call {
  const [root, serviceName = '', methodName = '', ...segments] = path.split('/')
  const service = root === '' ? services.get(serviceName) : undefined
  const found = service !== undefined && Object.hasOwn(service, methodName) ? service[methodName] : undefined
  if (found === undefined) throw noRoute(method, path)
  if (method === 'POST' && segments.length === 0) return { method: found, values: fromBody(body, found) }
  // A slash behind the last segment belongs to it, as a framework's router has it.
  if (segments.length === found.params.length + 1 && segments.at(-1) === '') segments.pop()
  if (method !== 'GET' || segments.length !== found.params.length || segments.includes('')) throw noRoute(method, path)
  return { method: found, values: segments.map((segment, at) => fromSegment(segment, found.params[at]?.type)) }
}

function noRoute(method: string | undefined, path: string): CallError {
  return new CallError(404, `Cannot ${method} ${path}`)
}

function fromSegment(segment: string, type: ParameterType | undefined): unknown {
  let text: string
  try {
    text = decodeURIComponent(segment)
  } catch {
    throw new CallError(400, 'Bad Request')
  }
  if (type === 'number') return toNumber(text)
  return type === 'object' ? parseJson(text) : text
}

function fromBody(body: string, { params }: Method): unknown[] {
  const values = body === '' ? [] : parseJson(body)
  if (typeof values !== 'object' || values === null)
    throw new CallError(500, 'Expected an object or array of parameters')
  const named = values as Readonly<Record<string, unknown>>
  const given = Array.isArray(values)
    ? values
    : params.map(({ name }) => (Object.hasOwn(named, name) ? named[name] : undefined))
  return params.map(({ name, type }, at) => {
    const value: unknown = given[at]
    if (value === undefined) throw new CallError(500, `Missing parameter ${name}`)
    if (type === 'number') return toNumber(typeof value === 'string' ? value : JSON.stringify(value))
    // An empty session id would be everybody's.
    if (type === 'string' && (typeof value !== 'string' || value === '')) throw new CallError(500, 'Expected string')
    return value
  })
}

/** The whole number that a text begins with. */
function toNumber(text: string): number {
  const number = Number.parseInt(text, 10)
  if (!Number.isSafeInteger(number)) throw new CallError(500, 'Expected numeric literal')
  return number
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CallError(500, 'Internal Server Error')
  }
}
