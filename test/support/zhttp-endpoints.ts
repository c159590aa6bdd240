import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { until } from './until.ts'
import { ask } from './raw-client.ts'

export interface IpcSpec {
  /** As routes have it. */
  readonly spec: string
  /** What services connect to, for a `zhttp/` target. */
  readonly endpoints: readonly [out: string, outStream: string, incoming: string]
}

/** Socket files of the test's own, gone after its last test. The suffixes are those that services of the reference know. */
export function ipcSpec(): IpcSpec {
  // The names of socket files must stay short.
  const directory = mkdtempSync(join(tmpdir(), 'zs-'))
  after(() => rmSync(directory, { recursive: true, force: true }))
  const spec = `ipc://${join(directory, 's')}`
  return { spec, endpoints: [`${spec}-out`, `${spec}-out-stream`, `${spec}-in`] }
}

/** Waits until the services behind a path answer: they connect by and by. */
export async function answers(port: number, path = '/'): Promise<void> {
  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  // What a service says before the gateway listens to it again is lost.
  const code = (): Promise<number> =>
    ask(port, request, { limit: 1000 }).then(
      (response) => response.code,
      () => 0,
    )
  await until(async () => (await code()) === 200, `an answer to ${path}`)
}
