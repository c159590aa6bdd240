// Runs the compiled tests: all of them, or those whose path contains one of the words given (npm test -- wire hardening).
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Programs that some tests run; those tests are skipped, and say so, where one is missing and cannot be installed. */
const PROGRAMS = ['chromium', 'curl', 'openssl', 'php', 'python3']

/** Debian's packages that are not called like their program. */
const PACKAGES = { php: 'php-cli' }

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const words = process.argv.slice(2)

// Node 20's test runner takes no globs, so the files are listed here.
const files = readdirSync(join(root, 'dist', 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.js'))
  // What an older version compiled may still lie there.
  .filter((file) => existsSync(join(root, 'test', file.replace(/js$/, 'ts'))))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => join('dist', 'test', file))
  .toSorted()

if (files.length === 0) {
  console.error(`no test file matches ${words.join(' ')}`)
  process.exit(1)
}
installMissing()
// Most of a test's time is waiting for other processes, so more of them run at once than there are cores.
const concurrency = `--test-concurrency=${availableParallelism() * 2}`
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', concurrency, ...files], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(status ?? 1)

function installMissing() {
  const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error)
  if (missing.length === 0) return
  const packages = missing.map((program) => PACKAGES[program] ?? program)
  const canInstall = process.getuid?.() === 0 && !spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).error
  if (canInstall) {
    console.log(`installing ${missing.join(', ')} for the tests`)
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
    spawnSync('apt-get', ['install', '-y', '-qq', ...packages], { stdio: 'ignore' })
  } else {
    console.log(`tests that need ${missing.join(', ')} are skipped: not installed, and only root could install them`)
  }
}
