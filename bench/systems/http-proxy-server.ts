// The server that systems/http-proxy.ts starts: PORT BACKEND-PORT.
import { Agent, createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'

/** The package has no types of its own; this is what is used of it here. */
interface HttpProxy {
  createProxyServer(options: { target: string; agent: Agent }): {
    web(request: IncomingMessage, response: ServerResponse): void
    on(event: 'error', listener: () => void): void
  }
}

const [port, backendPort] = process.argv.slice(2)
const httpProxy = createRequire(import.meta.url)('http-proxy') as HttpProxy
const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${backendPort}`,
  agent: new Agent({ keepAlive: true }),
})
proxy.on('error', () => {})
createServer((request, response) => proxy.web(request, response)).listen(Number(port), '127.0.0.1')
