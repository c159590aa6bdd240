import { getSystemErrorMap } from 'node:util'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CONTENT_TYPE } from '../observe/metrics/exposition.ts'
import {
  answer,
  answerSuccess,
  refuse,
  refuseFormat,
  refuseMethod,
  refuseUnparsed,
  replyFormat,
  successMessage,
} from './http-answers.ts'
import { publishHandler, type PublishRoute } from './http-publish.ts'
import type { Inbox, WorkerCommands } from './inbox.ts'
import type { InputLog } from './input-problems.ts'

export interface HttpApiOptions {
  /** An IP address. */
  readonly address: string
  /** 0 for one that is free. */
  readonly port: number
  /** Bytes. */
  readonly maxHeadersSize: number
  /** Bytes. */
  readonly maxBodySize: number
  /** Told of requests that failed through no fault of the publisher. */
  readonly log?: InputLog
}

export interface HttpApi {
  readonly address: string
  readonly port: number
  /** Takes no more requests and answers those it has; resolves when all connections are closed. */
  close(): Promise<void>
}

/** `ok` decides between status 200 and 503; the whole object is the answer's body. */
export type Health = () => { readonly ok: boolean; readonly [name: string]: unknown }

// Pushpin takes 128. Publishers that keep their connection hold it for longer, so there must be room for more of them.
const MAX_CONNECTIONS = 1024
// Milliseconds a publisher may leave its connection unused.
const KEEP_ALIVE = 75_000
// Milliseconds for a request to arrive.
const REQUEST_TIMEOUT = 60_000
// Milliseconds that close() waits for requests that are still arriving.
const CLOSE_GRACE = 1000

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['HEAD', 'GET', 'DELETE', 'OPTIONS'])
const ANY_TYPE = 'application/octet-stream'
const ROOT = 'Pushpin API\n'
const UPDATED = successMessage('Updated')

/**
 * Starts the server that publishers and operators send requests to (GRIP 5.1). It checks nobody's identity: the network must.
 * Unlike Pushpin it keeps connections open, and it does not compare the query.
 * @throws Error with one sentence when it cannot listen.
 */
export async function startHttpApi(
  options: HttpApiOptions,
  inbox: Inbox,
  commands: Pick<WorkerCommands, 'recover'>,
  health: Health,
  metrics: () => string = () => '',
): Promise<HttpApi> {
  const app = fastify({
    bodyLimit: options.maxBodySize,
    keepAliveTimeout: KEEP_ALIVE,
    requestTimeout: REQUEST_TIMEOUT,
    return503OnClosing: false,
    http: { maxHeaderSize: options.maxHeadersSize, requireHostHeader: false },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: options.maxHeadersSize },
    clientErrorHandler: refuseUnparsed,
    frameworkErrors: (_error, request, reply) => refuseTarget(request, reply),
  })
  app.server.maxConnections = MAX_CONNECTIONS
  addChecks(app, options)
  addRoutes(app, inbox, commands, health, metrics)
  try {
    await app.listen({ host: options.address, port: options.port })
  } catch (error) {
    await app.close()
    throw new Error(`http control server: ${hostAndPort(options)}: ${listenProblem(error)}`, { cause: error })
  }
  const bound = app.server.address()
  const { address, port } = typeof bound === 'object' && bound !== null ? bound : options
  return { address, port, close: () => close(app) }
}

/** What holds for every request, whatever its path. */
function addChecks(app: FastifyInstance, { maxBodySize, log }: HttpApiOptions): void {
  app.addHook('onRequest', (request, reply, next) => {
    const { headers } = request.raw
    const length = headers['content-length']
    const hasBody = headers['transfer-encoding'] !== undefined || !METHODS_WITHOUT_BODY.has(request.method)
    if (hasBody && length === undefined) {
      refuse(reply, 411, 'Request requires Content-Length.')
    } else if (Number(length) > maxBodySize) {
      refuse(reply, 400, 'Request body too large.')
    } else {
      // The type of the body does not count, but fastify would refuse one that it cannot parse.
      headers['content-type'] = ANY_TYPE
      next()
    }
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(ANY_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, request, reply) => {
    // The publisher went away in the middle of its request.
    if (request.raw.destroyed) return
    log?.warn(`http control server: cannot answer: ${error instanceof Error ? error.message : String(error)}`)
    refuse(reply, 500, 'Internal Server Error')
  })
}

function addRoutes(
  app: FastifyInstance,
  inbox: Inbox,
  commands: Pick<WorkerCommands, 'recover'>,
  health: Health,
  metrics: () => string,
): void {
  const publish = publishHandler(inbox)
  app.post<PublishRoute>('/publish', publish)
  // The paths of 2012. The realm never meant anything.
  app.post<PublishRoute>('/publish/*', publish)
  app.post<PublishRoute>('/realm/:realm/publish/*', publish)
  app.post('/recover', (request, reply) => {
    const format = replyFormat(request.headers.accept)
    if (format === undefined) {
      refuseFormat(reply)
      return
    }
    commands.recover()
    answerSuccess(reply, UPDATED, format)
  })
  app.get('/health', (_request, reply) => {
    const state = health()
    answer(reply, state.ok ? 200 : 503, 'application/json', Buffer.from(`${JSON.stringify(state)}\n`))
  })
  app.get('/metrics', (_request, reply) => answer(reply, 200, CONTENT_TYPE, Buffer.from(metrics())))
  app.setNotFoundHandler(answerOtherRequests)
}

/** `/` has every method, also those fastify has no routes for; the other paths come here with a method they do not have. */
function answerOtherRequests(request: FastifyRequest, reply: FastifyReply): void {
  if (replyFormat(request.headers.accept) === undefined) {
    refuseFormat(reply)
    return
  }
  switch (pathWithoutSlash(request.url)) {
    case '':
      answer(reply, 200, 'text/plain', ROOT)
      return
    case '/publish':
    case '/recover':
      refuseMethod(request, reply, 'POST')
      return
    case '/health':
    case '/metrics':
      refuseMethod(request, reply, 'GET, HEAD')
      return
    default:
      refuse(reply, 404, 'Not Found')
  }
}

function pathWithoutSlash(url: string): string {
  const [path = ''] = url.split('?', 1)
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/** For a target that is no path, or has percent signs that encode nothing; only a channel makes that worth a word. */
function refuseTarget(request: FastifyRequest, reply: FastifyReply): void {
  if (/^\/(?:realm\/[^/]*\/)?publish\//.test(request.url)) {
    refuse(reply, 400, 'Channel in the path is not percent-encoded UTF-8.')
  } else {
    refuse(reply, 404, 'Not Found')
  }
}

/** The system's words for why a server cannot listen. */
export function listenProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const systemError =
    'errno' in error && typeof error.errno === 'number' ? getSystemErrorMap().get(error.errno) : undefined
  return systemError?.[1] ?? error.message
}

function hostAndPort({ address, port }: HttpApiOptions): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

async function close(app: FastifyInstance): Promise<void> {
  const grace = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE)
  await app.close()
  clearTimeout(grace)
}
