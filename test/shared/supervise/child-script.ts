import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { StartOrders } from '../../../shared/supervise/orders.ts'

const directory = mkdtempSync(join(tmpdir(), 'child-'))
const children: ChildProcess[] = []

after(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(directory, { recursive: true })
})

let scripts = 0

/** Writes a program for a child process; returns what forks it. */
export function childScript(code: string): () => ChildProcess {
  const file = join(directory, `${++scripts}.mjs`)
  writeFileSync(file, code)
  return () => {
    const child = fork(file, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    children.push(child)
    return child
  }
}

/** Orders for children that do not look at their settings. */
export const ORDERS = {
  configDirectory: directory,
  log: { level: 2, format: 'text' },
  routeLines: ['* test'],
  worker: 3,
} as unknown as StartOrders
