import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Command } from '../../support/command.ts'

const packageFile = new URL('../../../../package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }

interface Ended {
  readonly code: unknown
  readonly out: readonly string[]
  readonly err: readonly string[]
}

async function run(program: string, ...args: string[]): Promise<Ended> {
  const command = new Command(program, args)
  const { code } = await command.ended()
  assert.ok(!command.alive, 'a process is left')
  return { code, out: command.out.lines, err: command.err.lines }
}

const programs = [
  ['pushpin', 'shared/cli/pushpin.js'],
  ['pushpin-proxy', 'shared/cli/pushpin-proxy.js'],
  ['pushpin-handler', 'handler/main.js'],
] as const

for (const [name, program] of programs) {
  test(`${name} tells its version`, async () => {
    const answers = await Promise.all(['--version', '-V', '-v'].map((option) => run(program, option)))
    for (const answer of answers) assert.deepEqual(answer, { code: 0, out: [`${name} ${version}`], err: [] })
  })

  test(`${name} tells its options`, async () => {
    const answers = await Promise.all(['--help', '-h', '-help'].map((option) => run(program, option)))
    for (const { code, out, err } of answers) {
      assert.equal(code, 0)
      assert.deepEqual(err, [])
      for (const word of ['--config', '--logfile', '--loglevel', '--verbose', '--version']) {
        assert.ok(
          out.some((line) => line.includes(word)),
          word,
        )
      }
    }
  })

  test(`${name} refuses what it does not know with one sentence`, async () => {
    for (const args of [['--unknown'], ['--config'], ['surplus']]) {
      const { code, out, err } = await run(program, ...args)
      assert.equal(code, 2, args.join(' '))
      assert.deepEqual(out, [])
      assert.equal(err.length, 1, err.join('\n'))
      assert.match(err[0] ?? '', /^error: .*(?:--unknown|--config|too many arguments)/)
    }
  })

  test(`${name} does not start without the config file it was given`, async () => {
    const { code, out, err } = await run(program, '--config', '/nowhere/pushpin.conf')
    assert.equal(code, 1)
    assert.deepEqual(out, [])
    assert.equal(err.length, 1, err.join('\n'))
    assert.match(err[0] ?? '', /^error: .*\/nowhere\/pushpin\.conf/)
  })
}

const refused: readonly (readonly [args: readonly string[], message: string])[] = [
  [['--port', '0'], 'error: port must be greater than or equal to 1'],
  [['--id', '-1'], 'error: id must be greater than or equal to 0'],
  [['--id', 'one'], 'error: id must be greater than or equal to 0'],
  [['--loglevel', '-1'], 'error: log level must be greater than or equal to 0'],
  [['--loglevel', '2,:3'], 'error: log level component name cannot be empty'],
  [['--loglevel', '2,proxy:-1'], 'error: log level for service proxy must be greater than or equal to 0'],
]

for (const [args, message] of refused) {
  test(`pushpin ${args.join(' ')} is refused`, async () => {
    assert.deepEqual(await run('shared/cli/pushpin.js', ...args), { code: 1, out: [], err: [message] })
  })
}

test('a port that is no port is refused', async () => {
  for (const port of ['http', '70000', '1.2.3.4:']) {
    const { code, err } = await run('shared/cli/pushpin.js', '--port', port)
    assert.equal(code, 1)
    assert.equal(err.length, 1, err.join('\n'))
    assert.match(err[0] ?? '', /^error: port must be /)
  }
})
