import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'
import { findProgram } from '../systems/installed.ts'

const sources = join(root, 'bench/load')
const folder = join(root, 'dist/bench')

/** The load generator, once `buildLoadProgram` has made it. */
export const loadProgram = join(folder, 'load-generator')

/** Compiles the load generator when its sources are newer. @throws Error with one sentence when it can't. */
export function buildLoadProgram(): void {
  const files = readdirSync(sources).map((name) => join(sources, name))
  const made = statSync(loadProgram, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (files.every((file) => statSync(file).mtimeMs < made)) return
  const compiler = findProgram('gcc')
  if (compiler === undefined) throw new Error('the load generator is written in C and there is no gcc to compile it')
  mkdirSync(folder, { recursive: true })
  const options = ['-std=c11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-o', loadProgram]
  const { status } = spawnSync(compiler, [...options, ...files.filter((file) => file.endsWith('.c'))], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error('the load generator does not compile')
}
