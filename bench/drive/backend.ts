import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { loadProgram } from './load-program.ts'

/** The web application behind a system. */
export interface Backend {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** @param directory for its log. */
export type StartBackend = (directory: string) => Promise<Backend>

/** One that answers over HTTP. @param keepAlive seconds after which a quiet stream gets a line feed; 0: never. */
export function httpBackend(keepAlive: number): StartBackend {
  return (directory) =>
    start(directory, (port) => [loadProgram, 'backend', '--port', `${port}`, '--keep-alive', `${keepAlive}`])
}

/** One that takes WebSockets. */
export const webSocketBackend: StartBackend = (directory) =>
  start(directory, (port) => [process.execPath, join(import.meta.dirname, 'websocket-server.js'), `${port}`])

async function start(directory: string, commandFor: (port: number) => readonly string[]): Promise<Backend> {
  const [port = 0] = await freePorts(1)
  const [program = '', ...args] = commandFor(port)
  const child = new Child(program, args, join(directory, 'backend-log'))
  await child.listens(port)
  return { port, pid: child.pid, stop: () => child.stop() }
}
