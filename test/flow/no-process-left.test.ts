import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'

test(
  'a worker that cannot be started again for want of files is started when there are some',
  { skip: needs('prlimit') },
  async (t) => {
    const gateway = await startGateway({ routes: ['* test'] })
    t.after(() => gateway.stop())
    const limitFiles = (count: number): void => {
      execFileSync('prlimit', ['--pid', String(gateway.runnerPid), `--nofile=${count}:`])
    }
    const [worker = 0] = gateway.workerPids()
    limitFiles(readdirSync(`/proc/${gateway.runnerPid}/fd`).length - 2)
    process.kill(worker, 'SIGKILL')
    await gateway.log.waitFor(/\[ERR\] .* worker 0: .*EMFILE/)
    assert.equal(gateway.ended, false)
    limitFiles(4096)
    await until(async () => {
      const response = await fetch(`http://127.0.0.1:${gateway.port}/`).catch(() => undefined)
      return response?.status === 200
    }, 'a worker that answers')
  },
)
