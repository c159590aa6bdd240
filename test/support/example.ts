import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { until } from './until.ts'

/** One of the programs in examples/ that users are told to run. */
export interface Example {
  stop(): Promise<void>
}

/** Starts it on the port; resolves when it serves. Remember to stop it. @param gripUrl where it publishes */
export async function startExample(file: string, port: number, gripUrl?: string): Promise<Example> {
  const env = { ...process.env, PORT: String(port), ...(gripUrl === undefined ? {} : { GRIP_URL: gripUrl }) }
  const running = spawn(process.execPath, [`examples/${file}`], { stdio: 'ignore', env })
  const closed = once(running, 'close')
  const kill = (): void => void running.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await closed
  }
  try {
    await until(() => running.exitCode !== null || serves(port), `${file} on port ${port}`)
    if (running.exitCode !== null) throw new Error(`${file} ended with ${running.exitCode}`)
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

async function serves(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
