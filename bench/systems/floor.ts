import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { loadProgram } from '../drive/load-program.ts'
import type { Running, StartOptions, System } from './system.ts'

/** A C program that does one write() for each delivery and nothing else. */
export const floor: System = {
  title: 'C write()',
  missing: () => undefined,
  async start({ directory }: StartOptions): Promise<Running> {
    const [port = 0] = await freePorts(1)
    const child = new Child(loadProgram, ['floor', '--port', `${port}`], join(directory, 'log'))
    await child.listens(port)
    return { child, port, publishPort: port, publishStyle: 'raw' }
  },
}
