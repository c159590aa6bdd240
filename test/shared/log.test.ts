import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { createLog } from '../../shared/log.ts'
import type { LogOptions } from '../../shared/log.ts'
import { until } from '../support/until.ts'

const directory = mkdtempSync(join(tmpdir(), 'log-'))
after(() => rmSync(directory, { recursive: true }))

let files = 0

/** A log in a file of its own, in a folder that is not there yet. */
function openLog(options: Partial<LogOptions> = {}): { log: ReturnType<typeof createLog>; file: string } {
  const file = join(directory, String(++files), 'pushpin.log')
  return { log: createLog('proxy', { level: 2, format: 'text', file, ...options }), file }
}

function contentOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

async function linesOf(file: string, count: number): Promise<string[]> {
  await until(() => contentOf(file).split('\n').length > count, `${count} lines`)
  const lines = contentOf(file).split('\n')
  assert.equal(lines.pop(), '')
  assert.equal(lines.length, count)
  return lines
}

const LINE = /^\[INFO\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[proxy\] (.*)$/

test('a line names level, local time and component', async () => {
  const { log, file } = openLog({ level: 4 })
  const before = Date.now()
  log.error('one')
  log.warn('two')
  log.info('three')
  log.debug('four')
  log.trace('five')
  const lines = await linesOf(file, 5)
  const parts = lines.map((line) => /^\[(\w+)\] (\S+ \S+) \[proxy\] (\w+)$/.exec(line) ?? [])
  const levels = parts.map(([, level, , word]) => `${level} ${word}`)
  assert.deepEqual(levels, ['ERR one', 'WARN two', 'INFO three', 'DEBUG four', 'TRACE five'])
  for (const [, , time = ''] of parts) {
    const logged = new Date(time.replace(' ', 'T')).getTime()
    assert.ok(logged >= before && logged <= Date.now(), time)
  }
})

const messages: [what: string, message: string, logged: string][] = [
  ['a line break', 'a\nb', 'a\\x0ab'],
  ['a forged line', 'a\r\n[ERR] 2000-01-01', 'a\\x0d\\x0a[ERR] 2000-01-01'],
  ['terminal commands', '\x1b[31mred', '\\x1b[31mred'],
  ['NUL and DEL', '\0\x7f', '\\x00\\x7f'],
  ['a tab', 'a\tb', 'a\\x09b'],
  ['what looks like a format', '100% %s %d %j %o %%', '100% %s %d %j %o %%'],
  ['text in any script', 'Grüße 你好 🎉', 'Grüße 你好 🎉'],
  ['nothing', '', ''],
]

test('a message is one line, whatever strangers put into it', async () => {
  const { log, file } = openLog()
  for (const [, message] of messages) log.info(message)
  const lines = await linesOf(file, messages.length)
  for (const [index, [what, , logged]] of messages.entries()) {
    assert.equal(LINE.exec(lines[index] ?? '')?.[1], logged, what)
  }
})

test('a message of any length is one line', async () => {
  const { log, file } = openLog()
  log.info('x'.repeat(100_000))
  log.info('after')
  const [long = '', next = ''] = await linesOf(file, 2)
  assert.equal(LINE.exec(long)?.[1]?.length, 100_000)
  assert.equal(LINE.exec(next)?.[1], 'after')
})

test('a level keeps away what is less important', async () => {
  const { log, file } = openLog({ level: 1 })
  log.info('hidden')
  log.warn('shown')
  log.error('shown')
  await linesOf(file, 2)
})

test('JSON has one object a line, with level, component and message', async () => {
  const { log, file } = openLog({ format: 'json' })
  log.info('a\n"b"')
  const [line = ''] = await linesOf(file, 1)
  const { time, ...rest } = JSON.parse(line) as Record<string, unknown>
  assert.deepEqual(rest, { level: 30, component: 'proxy', msg: 'a\n"b"' })
  assert.equal(typeof time, 'number')
})

test('a file that was there is continued', async () => {
  const { log, file } = openLog()
  log.info('first')
  await linesOf(file, 1)
  createLog('handler', { level: 2, format: 'text', file }).info('second')
  const [first, second] = await linesOf(file, 2)
  assert.match(first ?? '', /\[proxy\] first$/)
  assert.match(second ?? '', /\[handler\] second$/)
})

test('after a rotation reopen goes on in a new file', async () => {
  const { log, file } = openLog()
  log.info('old')
  await linesOf(file, 1)
  renameSync(file, `${file}.1`)
  log.reopen()
  await until(() => existsSync(file), 'the new file')
  log.info('new')
  assert.match((await linesOf(file, 1))[0] ?? '', /new$/)
  assert.match((await linesOf(`${file}.1`, 1))[0] ?? '', /old$/)
})

test('a log that cannot be opened again goes on in the old file, and says so', async () => {
  const { log, file } = openLog()
  log.info('old')
  await linesOf(file, 1)
  renameSync(dirname(file), `${dirname(file)}.1`)
  writeFileSync(dirname(file), 'no directory')
  log.reopen()
  log.info('new')
  const lines = await linesOf(join(`${dirname(file)}.1`, basename(file)), 3)
  assert.match(lines[1] ?? '', /^\[ERR\] .* cannot open the log file: .*; going on with the old one$/)
  assert.match(lines[2] ?? '', /new$/)
})

const LOG_MODULE = JSON.stringify(new URL('../../shared/log.js', import.meta.url).href)

/** A process of its own that logs to standard output. */
function run(script: string): string {
  const code = `import { createLog } from ${LOG_MODULE}
    const log = createLog('handler', { level: 2, format: 'text', file: undefined })
    ${script}`
  return spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }).stdout
}

test('what was logged last is written although the process exits at once', () => {
  const lines = run(`for (let i = 0; i < 1000; i++) log.info('line ' + i); process.exit(3)`).split('\n')
  // What was being written then may come behind the rest.
  const numbers = lines.flatMap((line) => /\[handler\] line (\d+)$/.exec(line)?.[1] ?? []).map(Number)
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    Array.from({ length: 1000 }, (_, i) => i),
  )
})

test('a reader that stops reading costs 16 MiB of lines at most, and gets those when it goes on', async (t) => {
  const code = `import { createLog } from ${LOG_MODULE}
    const log = createLog('handler', { level: 2, format: 'text', file: undefined })
    for (let i = 0; i < 40; i++) log.info(i + 'x'.repeat(1 << 20))
    console.error('logged')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code])
  t.after(() => child.kill())
  await once(child.stderr, 'data')
  let size = 0
  let lines = ''
  child.stdout.on('data', (bytes: Buffer) => {
    size += bytes.length
    lines += bytes.toString().replaceAll('x', '')
  })
  await until(() => lines.split('\n').length > 15, 'what was kept')
  child.kill()
  await once(child.stdout, 'close')
  assert.equal(lines.split('\n').length, 16)
  assert.match(lines.split('\n')[14] ?? '', /\[handler\] 14$/)
  assert.ok(size <= 16 << 20)
})

test('without a file the log is standard output', () => {
  assert.match(run(`log.warn('hello')`), /^\[WARN\] [\d-]+ [\d:.]+ \[handler\] hello\n$/)
})

test('a log file that cannot be opened is one sentence, at once', () => {
  assert.throws(
    () => createLog('proxy', { level: 2, format: 'text', file: join(directory, '1', 'pushpin.log', 'x') }),
    {
      message: /^cannot open the log file: /,
    },
  )
})

test("the runner's lines name no component", async () => {
  const file = join(directory, 'runner.log')
  createLog('runner', { level: 2, format: 'text', file }).info('started')
  const [line = ''] = await linesOf(file, 1)
  assert.match(line, /^\[INFO\] [\d-]+ [\d:.]+ started$/)
})
