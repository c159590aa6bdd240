import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { findProgram } from './installed.ts'
import type { Running, StartOptions, System } from './system.ts'

/** HAProxy as a plain reverse proxy, on one thread. */
export const haproxy: System = {
  title: 'HAProxy',
  missing: () => (findProgram('haproxy') === undefined ? 'HAProxy (Debian: haproxy)' : undefined),
  start,
}

async function start({ directory, backendPort, logLevel }: StartOptions): Promise<Running> {
  const [port = 0] = await freePorts(1)
  const file = join(directory, 'haproxy.cfg')
  await writeFile(
    file,
    `global
  nbthread 1
  maxconn 4000
  ${logLevel >= 2 ? 'log stdout format raw local0' : ''}
defaults
  mode http
  ${logLevel >= 2 ? 'log global\n  option httplog' : ''}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:${port}
  default_backend backend
backend backend
  http-reuse always
  server backend 127.0.0.1:${backendPort}
`,
  )
  const child = new Child(findProgram('haproxy') ?? 'haproxy', ['-db', '-f', file], join(directory, 'log'))
  await child.listens(port)
  return { child, port, publishPort: port, publishStyle: 'raw' }
}
