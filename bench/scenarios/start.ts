import { get } from 'node:http'
import { memoryOf, treeOf } from '../measure/processes.ts'
import type { Trial } from '../trial.ts'
import type { Scenario } from './scenario.ts'

const LIMIT = 5000

/** From the command to the first answer that came from the backend. */
export const start: Scenario = {
  name: 'start',
  title: 'start to first answer',
  systems: ['gateway', 'pushpin'],
  figures: [
    { key: 'seconds', title: 'start to first answer', unit: 's', targets: [{ limit: 0.5 }, { rival: 'pushpin' }] },
    { key: 'pss', title: 'memory (PSS) of all processes then', unit: 'MB', targets: [{ rival: 'pushpin' }] },
  ],
  run: async (trial: Trial) => {
    const meter = trial.meter()
    await answer(trial.system.port)
    const seconds = (performance.now() - trial.startedAt) / 1000
    const { pss } = memoryOf(treeOf(trial.system.child.pid))
    return { reading: meter.read(), faults: [], figures: { seconds, pss: pss / 2 ** 20 } }
  },
}

function answer(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ port, path: '/', timeout: LIMIT }, (response) => {
      response.resume()
      if (response.statusCode === 200) response.on('end', resolve)
      else reject(new Error(`status ${response.statusCode}`))
    })
      .on('timeout', () => reject(new Error('no answer to the first request')))
      .on('error', reject)
  })
}
