import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { test } from 'node:test'
import type { Log } from '../../../shared/log.ts'
import type { ChildReport } from '../../../shared/supervise/orders.ts'
import { Part } from '../../../shared/supervise/part.ts'
import { until, within } from '../../support/until.ts'
import { ORDERS, childScript } from './child-script.ts'

/** Reports its start when it has its orders, as every child does, and has something to do. */
const STARTS = `setInterval(() => {}, 60_000)
process.once('message', (orders) => process.send({ type: 'started', orders }))
process.send({ type: 'ready' })
`

interface Watched {
  readonly part: Part
  readonly lines: string[]
  readonly children: ChildProcess[]
}

function watched(code: string): Watched {
  const lines: string[] = []
  const children: ChildProcess[] = []
  const write = (line: string): void => void lines.push(line)
  const log = { error: write, warn: write } as unknown as Log
  const fork = childScript(code)
  const forkAndKeep = (): ChildProcess => {
    const child = fork()
    children.push(child)
    return child
  }
  return { part: new Part('worker 0', forkAndKeep, ORDERS, log), lines, children }
}

function exitOf(child: ChildProcess | undefined): number | string | null {
  return child === undefined ? null : (child.exitCode ?? child.signalCode)
}

test('a part has started when its child says so, and the child has its orders', async () => {
  const { part, children } = watched(STARTS)
  const reports: unknown[] = []
  const started = part.start()
  children[0]?.on('message', (report: ChildReport) => reports.push(report))
  await started
  await until(() => reports.length === 2, 'both reports')
  assert.deepEqual(reports[1], { type: 'started', orders: ORDERS })
  await part.stop()
})

test('a stopped part ends by SIGTERM and is not started again', async () => {
  const { part, children, lines } = watched(STARTS)
  await part.start()
  await part.stop()
  assert.equal(exitOf(children[0]), 'SIGTERM')
  await part.stop()
  assert.equal(children.length, 1)
  assert.deepEqual(lines, [])
})

test('a part whose end is expected is not started again when it ends by itself', async () => {
  const { part, children, lines } = watched(STARTS)
  await part.start()
  part.expectEnd()
  children[0]?.kill('SIGTERM')
  await until(() => exitOf(children[0]) === 'SIGTERM', 'the end')
  await part.stop()
  assert.equal(children.length, 1)
  assert.deepEqual(lines, [])
})

test('a part that ends by itself is started again, each time later', async () => {
  const { part, children, lines } = watched(
    `${STARTS}process.once('message', () => setTimeout(() => process.exit(7), 20))`,
  )
  await part.start()
  const began = performance.now()
  await until(() => children.length === 4, 'the third restart')
  assert.ok(performance.now() - began >= 100 + 200 + 400)
  await part.stop()
  assert.deepEqual(lines.slice(0, 3), [
    'worker 0: ended unexpectedly with exit code 7, starting it again in 100 ms',
    'worker 0: ended unexpectedly with exit code 7, starting it again in 200 ms',
    'worker 0: ended unexpectedly with exit code 7, starting it again in 400 ms',
  ])
})

test('a killed part is started again, and can then be stopped', async () => {
  const { part, children, lines } = watched(STARTS)
  await part.start()
  children[0]?.kill('SIGKILL')
  await until(() => children.length === 2, 'the restart')
  assert.deepEqual(lines, ['worker 0: ended unexpectedly by SIGKILL, starting it again in 100 ms'])
  await part.stop()
  assert.equal(exitOf(children[1]), 'SIGTERM')
})

test('a part that is stopped while it waits for its restart stays down', async () => {
  const { part, children, lines } = watched(
    `${STARTS}process.once('message', () => setTimeout(() => process.exit(7), 20))`,
  )
  await part.start()
  await until(() => lines.length === 1, 'its end')
  await part.stop()
  // As long as the restart would have taken: another part's restart.
  const { part: other, children: others } = watched(
    `${STARTS}process.once('message', () => setTimeout(() => process.exit(7), 20))`,
  )
  await other.start()
  await until(() => others.length === 2, 'the restart of another part')
  await other.stop()
  assert.equal(children.length, 1)
})

test('a first start that fails is rejected with the sentence of the child, and not tried again', async () => {
  const { part, children } = watched(
    `process.send({ type: 'failed', message: 'port 7999 is in use' }, () => process.exit(1))`,
  )
  await assert.rejects(part.start(), { message: 'port 7999 is in use' })
  await part.stop()
  assert.equal(children.length, 1)
})

const ends: [code: string, message: string][] = [
  ['process.exit(9)', 'worker 0: ended unexpectedly with exit code 9 while starting'],
  ["process.kill(process.pid, 'SIGKILL')", 'worker 0: ended unexpectedly by SIGKILL while starting'],
]

for (const [code, message] of ends) {
  test(`a child that says nothing before its end is described: ${message}`, async () => {
    await assert.rejects(watched(code).part.start(), { message })
  })
}

test('a restart that fails is logged with the sentence of the child, and tried again', async () => {
  const failing = childScript(`process.send({ type: 'failed', message: 'no key file' }, () => process.exit(1))`)
  const { part, lines } = restartingAs(failing)
  await part.start()
  await until(() => lines.length >= 3, 'a second restart')
  assert.deepEqual(lines.slice(1, 3), [
    'worker 0: no key file',
    'worker 0: ended unexpectedly with exit code 1, starting it again in 200 ms',
  ])
  await part.stop()
})

/** As when the system has no process to give: an error, and no end. */
function noProcess(): ChildProcess {
  return spawn('/nowhere/program', [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
}

test('a first start for which there is no process is rejected', async () => {
  const lines: string[] = []
  const log = { error: (line: string) => void lines.push(line) } as unknown as Log
  const part = new Part('worker 0', noProcess, ORDERS, log)
  const started = within(part.start(), 'an answer to the start')
  await assert.rejects(started, { message: 'worker 0: could not be started while starting' })
  assert.deepEqual(lines, ['worker 0: spawn /nowhere/program ENOENT'])
  await part.stop()
})

test('a restart for which there is no process is tried again', async () => {
  const running = childScript(STARTS)
  let forks = 0
  const { part, lines } = restartingAs(() => (forks++ === 0 ? noProcess() : running()))
  await part.start()
  await until(() => forks === 2, 'a second restart')
  assert.deepEqual(lines.slice(1), [
    'worker 0: spawn /nowhere/program ENOENT',
    'worker 0: could not be started, starting it again in 200 ms',
  ])
  await part.stop()
})

/** A part whose first child starts and ends, and whose later ones are something else. */
function restartingAs(fork: () => ChildProcess): { part: Part; lines: string[] } {
  const lines: string[] = []
  const log = { error: (line: string) => void lines.push(line) } as unknown as Log
  const first = childScript(`${STARTS}process.once('message', () => setTimeout(() => process.exit(7), 20))`)
  let forks = 0
  return { part: new Part('worker 0', () => (forks++ === 0 ? first() : fork()), ORDERS, log), lines }
}

test('a restart that the system refuses at once is tried again', async () => {
  let forks = 0
  const { part, lines } = restartingAs(() => {
    if (forks++ === 0) throw new Error('spawn ENOMEM')
    return childScript(STARTS)()
  })
  await part.start()
  await until(() => forks === 2, 'a second restart')
  assert.equal(lines[1], 'worker 0: could not be started (spawn ENOMEM), starting it again in 200 ms')
  await part.stop()
})

test('reload reaches the child as SIGHUP', async () => {
  const { part, children } = watched(`process.on('SIGHUP', () => process.exit(0))\n${STARTS}`)
  await part.start()
  part.reload()
  await until(() => exitOf(children[0]) === 0, 'the reload')
  await part.stop()
})

test('kill ends a child that does not listen to SIGTERM', async () => {
  const { part, children } = watched(`process.on('SIGTERM', () => {})\n${STARTS}`)
  await part.start()
  const stopped = part.stop()
  part.kill()
  await stopped
  assert.equal(exitOf(children[0]), 'SIGKILL')
})
