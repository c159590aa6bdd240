import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { test } from 'node:test'
import type { ChildReport } from '../../../shared/supervise/orders.ts'
import { until } from '../../support/until.ts'
import { ORDERS, childScript } from './child-script.ts'

const CHILD_MODULE = JSON.stringify(new URL('../../../shared/supervise/child.js', import.meta.url).href)

interface Child {
  readonly process: ChildProcess
  readonly reports: ChildReport[]
}

/** A child whose start is the given code, an async function of `orders`, and which has got its orders. */
async function started(start: string): Promise<Child> {
  const fork = childScript(`import { runAsChild } from ${CHILD_MODULE}
    const running = { reload: () => process.send('reloaded'), stop: async () => process.send('stopped') }
    runAsChild('worker', async (orders) => { ${start} })`)
  const child: Child = { process: fork(), reports: [] }
  child.process.on('message', (report: ChildReport) => {
    child.reports.push(report)
    if (report.type === 'ready') child.process.send(ORDERS)
  })
  await until(() => child.reports.length >= 2, 'a report of the start')
  return child
}

async function endOf({ process }: Child): Promise<number | string | null> {
  await until(() => process.exitCode !== null || process.signalCode !== null, 'the end')
  return process.exitCode ?? process.signalCode
}

test('a child says that it listens, and then that it started', async () => {
  const child = await started('if (orders.worker !== 3) throw new Error("other orders"); return running')
  assert.deepEqual(child.reports, [{ type: 'ready' }, { type: 'started' }])
  child.process.kill('SIGTERM')
  assert.equal(await endOf(child), 0)
  assert.deepEqual(child.reports.slice(2), ['stopped'])
})

test('a child that cannot start says why, and ends with 1', async () => {
  const child = await started('throw new Error("port 7999 is in use")')
  assert.deepEqual(child.reports[1], { type: 'failed', message: 'port 7999 is in use' })
  assert.equal(await endOf(child), 1)
})

test('a child that cannot start ends although something keeps it busy', async () => {
  const child = await started('setInterval(() => {}, 1000); throw new Error("no")')
  assert.equal(await endOf(child), 1)
})

test('SIGHUP reloads', async () => {
  const child = await started('return running')
  child.process.kill('SIGHUP')
  await until(() => child.reports.length === 3, 'the reload')
  assert.deepEqual(child.reports.slice(2), ['reloaded'])
  child.process.kill('SIGTERM')
  await endOf(child)
})

test('a child ends with its parent', async () => {
  const child = await started('setInterval(() => {}, 1000); return { reload() {}, stop: async () => {} }')
  child.process.disconnect()
  assert.equal(await endOf(child), 0)
})

test("Ctrl-C is the parent's affair", async () => {
  const child = await started('return running')
  child.process.kill('SIGINT')
  child.process.kill('SIGHUP')
  await until(() => child.reports.length === 3, 'the reload')
  assert.equal(child.process.exitCode, null)
  child.process.kill('SIGTERM')
  assert.equal(await endOf(child), 0)
})

test('a second SIGTERM ends a child whose stop hangs', async () => {
  const child = await started(
    'return { reload() {}, stop: () => { process.send("stopping"); return new Promise(() => {}) } }',
  )
  child.process.kill('SIGTERM')
  await until(() => child.reports.length === 3, 'the first stop')
  child.process.kill('SIGTERM')
  assert.equal(await endOf(child), 1)
})

test('a mistake in one place does not end the child', async () => {
  const child = await started(`
    setTimeout(() => { throw new Error('uncaught') }, 1)
    setTimeout(() => Promise.reject(new Error('unhandled')), 1)
    setTimeout(() => process.send('alive'), 20)
    return running`)
  await until(() => child.reports.length === 3, 'a sign of life')
  assert.deepEqual(child.reports.slice(2), ['alive'])
  child.process.kill('SIGTERM')
  assert.equal(await endOf(child), 0)
})

test('a program on its own says in one sentence why it cannot start, and ends with 1', () => {
  const code = `import { runAlone } from ${CHILD_MODULE}
    runAlone('handler', ${JSON.stringify(ORDERS)}, async () => { throw new Error('port 5561 is in use') })`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.equal(stderr, 'error: port 5561 is in use\n')
})
