import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './free-ports.ts'

/** Sections of pushpin.conf. */
export type Config = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>

/** A folder with the files that a gateway is started from, and where its sockets are. */
export interface GatewayFiles {
  readonly file: string
  readonly routesFile: string
  readonly port: number
  readonly publishPort: number
  readonly pullSpec: string
  readonly subSpec: string
  readonly commandSpec: string
  remove(): Promise<void>
}

/**
 * Writes pushpin.conf and routes to a new folder, and `others` beside them; `config` wins over what a test gateway has by
 * default.
 */
export async function writeGatewayFiles(
  routes: string,
  workers: number,
  config: Config,
  others: Readonly<Record<string, string>> = {},
): Promise<GatewayFiles> {
  // The names of the sockets made in there must stay short: a Unix socket path has room for about 100 characters.
  const directory = await mkdtemp(join(tmpdir(), 'gw-'))
  const [port = 0, publishPort = 0, pull = 0, sub = 0, command = 0] = await freePorts(5)
  const sockets = {
    pullSpec: `tcp://127.0.0.1:${pull}`,
    subSpec: `tcp://127.0.0.1:${sub}`,
    commandSpec: `tcp://127.0.0.1:${command}`,
  }
  const sections = merge(
    {
      global: { rundir: directory },
      runner: { http_port: `127.0.0.1:${port}` },
      proxy: { workers, routesfile: 'routes' },
      handler: {
        push_in_http_port: publishPort,
        push_in_spec: sockets.pullSpec,
        push_in_sub_specs: sockets.subSpec,
        command_spec: sockets.commandSpec,
        // A second request to the backend, a second after the first, is what few tests are about.
        update_on_first_subscription: false,
      },
    },
    config,
  )
  const file = join(directory, 'pushpin.conf')
  const routesFile = join(directory, 'routes')
  await writeFile(file, format(sections))
  await writeFile(routesFile, routes)
  for (const [name, content] of Object.entries(others)) await writeFile(join(directory, name), content)
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  return { file, routesFile, port, publishPort, ...sockets, remove }
}

function merge(base: Config, changes: Config): Config {
  const names = new Set([...Object.keys(base), ...Object.keys(changes)])
  return Object.fromEntries([...names].map((name) => [name, { ...base[name], ...changes[name] }]))
}

function format(sections: Config): string {
  return Object.entries(sections)
    .map(([name, keys]) =>
      [`[${name}]`, ...Object.entries(keys).map(([key, value]) => `${key}=${value}`), ''].join('\n'),
    )
    .join('\n')
}
