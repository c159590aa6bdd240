import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Log } from '../../../../shared/log.ts'
import { readBody } from '../read-body.ts'
import { CallError } from '../services/call-error.ts'
import type { Service } from '../services/service.ts'
import { parseCall } from './parse-call.ts'
import { refusal } from './permission.ts'

export interface ManagementOptions {
  /** Empty for none. */
  readonly token: string
  /** Body of an answer without a result. */
  readonly voidReply: string
}

const MAX_BODY = 1_000_000

/** A message can stand in the path. */
const MAX_HEADER = 65_536
const MAX_CONNECTIONS = 1024

/** Of the management page; its script is let run by its hash. */
const page = readFileSync(
  new URL('../../../../../proxy/doors/socket-push/management/page.html', import.meta.url),
  'utf8',
)
const script = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? ''
const PAGE_POLICY = `default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** Results are sent as HTML for old clients' sake, and may hold what strangers have chosen: a browser must do nothing with them but show them. */
const RESULT_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"

/** The management API over HTTP: a page that describes itself, and calls of services. It is not listening yet. */
export function managementServer(services: ReadonlyMap<string, Service>, options: ManagementOptions, log: Log): Server {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER, headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 75_000 },
    (req, res) => {
      answer(req, res, services, options).catch((error: unknown) => {
        if (error instanceof CallError) {
          send(req, res, error.status, error.message.replaceAll('<', '&lt;'))
          return
        }
        log.error(`socket-push: ${(error as Error).stack}`)
        send(req, res, 500, 'Internal Server Error')
      })
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  return server
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  services: ReadonlyMap<string, Service>,
  { token, voidReply }: ManagementOptions,
): Promise<void> {
  const refused = refusal(req, token)
  if (refused !== undefined) {
    if (refused.status === 401) res.setHeader('WWW-Authenticate', 'Basic realm="socket-push", charset="UTF-8"')
    send(req, res, refused.status, refused.message)
    return
  }
  const [path = ''] = (req.url ?? '').split('?')
  if (req.method === 'GET' && path === '/') {
    write(res, 200, page, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PAGE_POLICY })
  } else if (req.method === 'GET' && path === '/api') {
    send(req, res, 200, toJson(Object.fromEntries(services)))
  } else {
    const body = req.method === 'POST' ? await readBody(req, MAX_BODY) : ''
    if (body === undefined) throw new CallError(413, 'Body too large')
    const { method, values } = parseCall({ method: req.method, path, body }, services)
    const result = await method.call(values)
    send(req, res, 200, result === undefined ? voidReply : toJson(result))
  }
}

/** JSON in which no text can be taken for HTML. */
function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

function send(req: IncomingMessage, res: ServerResponse, status: number, body: string): void {
  const asJson = status === 200 && req.headers.accept?.includes('application/json') === true
  write(res, status, body, {
    'Content-Type': asJson ? 'application/json' : 'text/html; charset=utf-8',
    'Content-Security-Policy': RESULT_POLICY,
  })
}

function write(res: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>>): void {
  // What is left of a body that was too large cannot be told from the next request.
  if (!res.req.complete && status === 413) res.shouldKeepAlive = false
  res.writeHead(status, STATUS_CODES[status], {
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  })
  res.end(body)
}
