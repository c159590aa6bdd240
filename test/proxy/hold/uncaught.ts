import { within } from '../../support/until.ts'

/** The error that comes out uncaught of what the action leaves behind; kept from the test runner, which would take it for a failure. */
export async function uncaught(action: () => void): Promise<unknown> {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  try {
    const error = new Promise((resolve) => process.once('uncaughtException', resolve))
    action()
    return await within(error, 'an uncaught error')
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
}
