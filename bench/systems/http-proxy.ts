import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import type { Running, StartOptions, System } from './system.ts'

/** The package that most reverse proxies on Node are made with. */
export const httpProxy: System = {
  title: 'http-proxy',
  missing: () => undefined,
  async start({ directory, backendPort }: StartOptions): Promise<Running> {
    const [port = 0] = await freePorts(1)
    const server = join(import.meta.dirname, 'http-proxy-server.js')
    const child = new Child(process.execPath, [server, `${port}`, `${backendPort}`], join(directory, 'log'))
    await child.listens(port)
    return { child, port, publishPort: port, publishStyle: 'raw' }
  },
}
