import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { Command } from '../../support/command.ts'
import { writeGatewayFiles } from '../../support/gateway-config.ts'
import { ask } from '../../support/raw-client.ts'
import { until } from '../../support/until.ts'

const REQUEST = 'GET /?logged HTTP/1.1\r\nHost: localhost\r\n\r\n'
const TEXT_LINE =
  /^\[(?:ERR|WARN|INFO|DEBUG|TRACE)\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:\[(?:proxy|handler)\] )?[^[]/

const files = await writeGatewayFiles('* test\n', 2, {})
const json = await writeGatewayFiles('* test\n', 1, { runner: { log_format: 'json', log_level: 3 } })
after(() => files.remove())
after(() => json.remove())

function start(file: string, ...args: string[]): Command {
  return new Command('shared/cli/pushpin.js', ['--config', file, ...args])
}

async function stop(command: Command): Promise<void> {
  command.signal('SIGTERM')
  assert.deepEqual(await command.ended(), { code: 0, signal: null })
  assert.deepEqual(command.err.lines, [])
}

function written(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function serves(port: number): Promise<void> {
  await until(
    () =>
      ask(port, REQUEST).then(
        ({ code }) => code === 200,
        () => false,
      ),
    'a gateway that answers',
  )
}

test('every line has level, time and component', async () => {
  const command = start(files.file)
  await command.shows(/\.\d{3} started$/)
  assert.equal((await ask(files.port, REQUEST)).code, 200)
  await command.shows(/^\[INFO\] .* \[proxy\] GET http:\/\/localhost\/\?logged -> test code=200 \d+$/)
  await stop(command)
  assert.deepEqual(
    command.out.lines.filter((line) => !TEXT_LINE.test(line)),
    [],
  )
})

test('loglevel 1 leaves warnings and errors, 0 only errors', async () => {
  for (const level of [0, 1]) {
    const command = start(files.file, '--loglevel', String(level))
    await serves(files.port)
    await stop(command)
    const pattern = level === 0 ? /^\[ERR\]/ : /^\[(?:ERR|WARN)\]/
    assert.deepEqual(
      command.out.lines.filter((line) => !pattern.test(line)),
      [],
    )
    assert.equal(command.out.matching(/sig_key is 'changeme'/).length, level)
  }
})

test('loglevel can quieten one part', async () => {
  const command = start(files.file, '--loglevel', '2,proxy:1')
  await command.shows(/\[handler\] started$/)
  await serves(files.port)
  await stop(command)
  assert.deepEqual(command.out.matching(/^\[INFO\].*\[proxy\]/), [])
})

test('verbose shows debug lines', async () => {
  const command = start(files.file, '--verbose')
  await command.shows(/^\[DEBUG\]/)
  await stop(command)
})

test('with log_format=json every line is a JSON object', async () => {
  const command = start(json.file)
  await command.shows(/"component":"runner".*"msg":"started"/)
  assert.equal((await ask(json.port, REQUEST)).code, 200)
  await command.shows(/"component":"proxy".*GET http:\/\/localhost\/\?logged/)
  await stop(command)
  for (const line of command.out.lines) {
    const record = JSON.parse(line) as Record<string, unknown>
    assert.equal(typeof record['level'], 'number')
    assert.equal(typeof record['time'], 'number')
    assert.equal(typeof record['msg'], 'string')
    assert.match(String(record['component']), /^(?:runner|proxy|handler)$/)
  }
})

test('SIGHUP makes all processes write to a new log file', async () => {
  const logfile = join(dirname(files.file), 'logs', 'gateway.log')
  const rotated = `${logfile}.1`
  const command = start(files.file, '--logfile', logfile)
  await until(
    () => /\.\d{3} started$/m.test(written(logfile)),
    () => `the start in the log file:\n${written(logfile)}`,
  )
  renameSync(logfile, rotated)
  command.signal('SIGHUP')
  await until(
    async () => {
      await ask(files.port, REQUEST)
      await fetch(`http://127.0.0.1:${files.publishPort}/publish/`, {
        method: 'POST',
        body: JSON.stringify({ items: [{ channel: 'x', formats: { 'http-stream': { content: 'x' } } }] }),
      })
      return /\[proxy\] GET/.test(written(logfile)) && /\[handler\] publish/.test(written(logfile))
    },
    () => `lines in the new log file:\n${written(logfile)}`,
  )
  await stop(command)
  assert.ok(written(logfile).includes(' stopping...\n'))
  assert.ok((written(rotated) + written(logfile)).includes(' reloading\n'), 'no line is lost')
  assert.deepEqual(command.out.lines, [])
  // What is there is kept.
  const before = written(logfile)
  const again = start(files.file, '--logfile', logfile)
  await serves(files.port)
  await stop(again)
  assert.ok(written(logfile).startsWith(before))
})
