// Loaded into every process of the gateway for `--profile`: SIGWINCH begins a CPU profile, SIGUSR2 ends and writes it.
// The options of Node that do this for a whole life are not passed on to child processes, and would count the start too.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { basename, dirname, join } from 'node:path'

const directory = process.env['BENCH_PROFILES'] ?? '.'
const [, program = ''] = process.argv
const name = `${basename(dirname(program))}-${basename(program, '.js')}-${process.pid}.cpuprofile`
const session = new Session()

session.connect()
session.post('Profiler.enable')
process.on('SIGWINCH', () => session.post('Profiler.start'))
process.on('SIGUSR2', () => {
  session.post('Profiler.stop', (error, result) => {
    // The last one of a process stays: what came before was its warm-up.
    if (error === null) writeFileSync(join(directory, name), JSON.stringify(result.profile))
  })
})
