import { after, describe, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { openWebSocket } from '../support/websocket-client.ts'
import type { Case } from './websocket-cases/case.ts'
import { closing } from './websocket-cases/closing.ts'
import { fragmentation } from './websocket-cases/fragmentation.ts'
import { framing } from './websocket-cases/framing.ts'
import { runCase } from './websocket-cases/run-case.ts'
import { texts } from './websocket-cases/texts.ts'

const gateway = await startGateway({ routes: ['* test'] })
after(() => gateway.stop())

/** A pong that nobody has asked for comes back, like all else; that is not what a server does. */
const WITH_PONGS = new Set(['2.7', '2.8', '2.9'])

/** The test responder sends a ping back as it is. */
function withoutPongs(one: Case): Case {
  const steps = one.steps.map((step) => (typeof step === 'string' ? asPing(step) : step))
  return { ...one, steps, answers: one.answers.map(asPing) }
}

function asPing(line: string): string {
  return line.replace(/^pong/, 'ping')
}

describe('a client gets what Autobahn expects of a server from the test responder', { concurrency: 8 }, () => {
  for (const one of [...framing, ...fragmentation, ...texts, ...closing].map(withoutPongs)) {
    if (WITH_PONGS.has(one.number)) continue
    test(one.number, async () => runCase(await openWebSocket(gateway.port, '/ws'), one, true))
  }
})
