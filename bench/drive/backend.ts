import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { loadProgram } from './load-program.ts'

export interface Backend {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** The web application behind the systems. @param keepAlive seconds after which a quiet stream gets a line feed. */
export async function startBackend(directory: string, keepAlive: number): Promise<Backend> {
  const [port = 0] = await freePorts(1)
  const args = ['backend', '--port', `${port}`, '--keep-alive', `${keepAlive}`]
  const child = new Child(loadProgram, args, join(directory, 'backend-log'))
  await child.listens(port)
  return { port, pid: child.pid, stop: () => child.stop() }
}
