import assert from 'node:assert/strict'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { longPoll } from './origin-answer.ts'

/** Milliseconds. */
const RELOAD_WITHIN = 3000

const { gateway, backend } = await startBoth({ workers: 2, config: { proxy: { domainsfile: 'domains' } } })
const target = `127.0.0.1:${backend.port}`
const domainsFile = join(dirname(gateway.routesFile), 'domains')

async function status(host: string): Promise<number> {
  return (await ask(gateway.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).code
}

/** Each worker has to have the new routes; which of them takes a connection is not known. */
async function becomes(host: string, code: number): Promise<void> {
  await until(
    async () => {
      const codes = await Promise.all(Array.from({ length: 20 }, () => status(host)))
      return codes.every((found) => found === code)
    },
    () => `${host} to be answered with ${code}:\n${gateway.log.toString()}`,
    RELOAD_WITHIN,
  )
}

test('a changed routes file is used without a restart, and connections stay', async () => {
  backend.answer(longPoll('held'))
  const client = await holdOn(gateway, 'held')
  backend.reset()
  assert.equal(await status('new.example'), 200)
  writeFileSync(gateway.routesFile, `localhost ${target}\nnew.example 127.0.0.1:1\n`)
  await becomes('new.example', 502)
  await gateway.log.waitFor(/\[proxy\] routes file changed, reloading$/)
  await gateway.log.waitFor(/\[proxy\] routes loaded with 2 entries$/)
  await gateway.publish([{ channel: 'held', formats: { 'http-response': { body: 'hello' } } }])
  assert.equal((await client.response()).body, 'hello')
  client.send(get('/'))
  assert.equal((await client.response()).body, 'ok')
  client.abort()
})

test('a routes file that an editor puts in place of the old one is used', async () => {
  const fresh = `${gateway.routesFile}.new`
  writeFileSync(fresh, `renamed.example ${target}\nbroken line\n`)
  renameSync(fresh, gateway.routesFile)
  await becomes('renamed.example', 200)
  assert.equal(await status('new.example'), 502)
  await gateway.log.waitFor(/^\[WARN\] .*routes:2: /)
})

test('without a routes file the routes there were stay', async () => {
  rmSync(gateway.routesFile)
  await gateway.log.waitFor(/^\[WARN\] .*unable to open routes file: /)
  assert.equal(await status('renamed.example'), 200)
})

test('SIGHUP reads the routes', async () => {
  writeFileSync(gateway.routesFile, `hup.example ${target}\n`)
  gateway.signal('SIGHUP')
  await gateway.log.waitFor(/\.\d{3} reloading$/)
  await becomes('hup.example', 200)
})

test('a domains file of 2012 is read, and read again when it changes', async () => {
  writeFileSync(domainsFile, `domain.example ${target} 127.0.0.1:1\n`)
  await becomes('domain.example', 200)
  writeFileSync(domainsFile, `other.example ${target}\n`)
  await becomes('domain.example', 502)
  await becomes('other.example', 200)
})
