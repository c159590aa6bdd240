import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { ServeGrip } from '@fanoutio/serve-grip'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { held } from './held.ts'

const skip = needs('curl')

// The application, as its library's manual shows it; it starts first, knowing where the gateway will be.
const [appPort = 0, publishPort = 0] = await freePorts(2)
const serveGrip = new ServeGrip({
  grip: { control_uri: `http://127.0.0.1:${publishPort}/`, verify_iss: 'pushpin', verify_key: 'changeme' },
  gripProxyRequired: true,
  prefix: 'app-',
})

async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (!(await serveGrip.run(req, res))) return
  const { grip } = res as ServerResponse & {
    grip: {
      startInstruct(): {
        addChannel(name: string): void
        setHoldStream(): void
        setHoldLongPoll(timeout: number): void
        setKeepAlive(data: string, timeout: number): void
      }
    }
  }
  if (req.url === '/publish') {
    await serveGrip.getPublisher().publishHttpStream('news', 'published by the app\n')
    res.end('ok\n')
    return
  }
  const instruct = grip.startInstruct()
  instruct.addChannel('news')
  if (req.url === '/stream') {
    instruct.setHoldStream()
    instruct.setKeepAlive('event: keep-alive\ndata: \n\n', 1)
    res.setHeader('Content-Type', 'text/event-stream')
    res.end('event: open\n\n')
  } else {
    instruct.setHoldLongPoll(5)
    res.statusCode = req.url === '/unchanged' ? 304 : 200
    res.end(req.url === '/unchanged' ? undefined : 'nothing new\n')
  }
}

const app = createServer((req, res) => void serve(req, res)).listen(appPort, '127.0.0.1')
await once(app, 'listening')
const gateway = await startGateway({
  routes: [`* 127.0.0.1:${(app.address() as AddressInfo).port}`],
  config: { handler: { push_in_http_port: publishPort } },
})
after(async () => {
  await gateway.stop()
  app.closeAllConnections()
  await once(app.close(), 'close')
})

const NEWS = 'app-news'
let holds = 0

class Curl {
  output = ''
  readonly #process: ChildProcess
  readonly #exit: Promise<unknown[]>

  constructor(path: string, port = gateway.port) {
    const args = ['--silent', '--no-buffer', '--include', '--noproxy', '*', `http://127.0.0.1:${port}${path}`]
    this.#process = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    this.#exit = once(this.#process, 'close')
  }

  async shows(text: string): Promise<void> {
    await until(
      () => this.output.includes(text),
      () => `${JSON.stringify(text)} in ${JSON.stringify(this.output)}`,
    )
  }

  /** @returns curl's exit code */
  async ended(): Promise<unknown> {
    return (await this.#exit)[0]
  }

  kill(): void {
    this.#process.kill()
  }
}

test('an application streams to curl, with a keep-alive, and publishes', { skip }, async () => {
  const curl = new Curl('/stream')
  try {
    await curl.shows('event: open\n\n')
    await held(gateway, NEWS, ++holds)
    assert.match(curl.output, /^HTTP\/1\.1 200 OK\r\n/)
    assert.match(curl.output, /\r\nContent-Type: text\/event-stream\r\n/)
    assert.doesNotMatch(curl.output, /Grip-/i)
    await curl.shows('event: keep-alive\ndata: \n\n')
    const publishing = new Curl('/publish')
    assert.equal(await publishing.ended(), 0)
    await curl.shows('published by the app\n')
  } finally {
    curl.kill()
  }
})

test('a long poll of the application is answered by what it publishes', { skip }, async () => {
  const curl = new Curl('/poll')
  await held(gateway, NEWS, ++holds)
  await serveGrip.getPublisher().publishHttpResponse('news', 'fresh\n')
  assert.equal(await curl.ended(), 0)
  assert.match(curl.output, /^HTTP\/1\.1 200 OK\r\n/)
  assert.ok(curl.output.endsWith('\r\n\r\nfresh\n'))
})

test('long polls of the application end with its answer when their time is up', { skip }, async () => {
  const plain = new Curl('/poll')
  const unchanged = new Curl('/unchanged')
  assert.equal(await plain.ended(), 0)
  assert.equal(await unchanged.ended(), 0)
  assert.ok(plain.output.endsWith('\r\n\r\nnothing new\n'))
  assert.match(unchanged.output, /^HTTP\/1\.1 304 Not Modified\r\n/)
})

test('the application knows a request that did not come through the gateway', { skip }, async () => {
  const curl = new Curl('/stream', appPort)
  assert.equal(await curl.ended(), 0)
  assert.match(curl.output, /^HTTP\/1\.1 501 /)
})
