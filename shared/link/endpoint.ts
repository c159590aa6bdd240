import { connect } from 'node:net'
import { join } from 'node:path'

// sun_path is 108 bytes on Linux, one of them the final NUL; libzmq cuts a longer one without a word.
const MAX_SOCKET_PATH = 107

/** The file of the socket between the workers and the handler. @throws Error when the path is longer than a socket's may be. */
export function linkPath(rundir: string, ipcPrefix: string): string {
  return socketPath(rundir, `${ipcPrefix}link`)
}

/** The file of the socket on which a worker takes what the others hand on to it. @throws Error as `linkPath` does. */
export function workerPath(rundir: string, ipcPrefix: string, worker: number): string {
  return socketPath(rundir, `${ipcPrefix}worker-${worker}`)
}

/** The file of a socket between the gateway's processes. @throws Error when the path is longer than a socket's may be. */
export function socketPath(rundir: string, name: string): string {
  const path = join(rundir, name)
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Error(
      `${path}: longer than the ${MAX_SOCKET_PATH} bytes a socket's path may have, choose a shorter rundir`,
    )
  }
  return path
}

/** Whether a process listens on the socket file: ZeroMQ would take the file over without asking. */
export function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}
