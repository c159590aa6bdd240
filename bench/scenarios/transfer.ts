import { LoadProcess } from '../drive/load-process.ts'
import { memoryOf, treeOf } from '../measure/processes.ts'
import type { Figure, Scenario } from './scenario.ts'
import type { Trial } from '../trial.ts'

const GIGABYTE = 2 ** 30
const WARM_UP = GIGABYTE / 16
const SAMPLE_INTERVAL = 20

interface TransferReport {
  readonly bytes: number
  readonly seconds: number
  readonly cpu: number
}

export const download = transfer('download')
export const upload = transfer('upload')

/** One body of a gigabyte through the gateway; Pushpin, twenty times slower, gets an eighth. */
function transfer(direction: 'download' | 'upload'): Scenario {
  const figures: Figure[] = [
    {
      key: 'seconds',
      title: 'time for 1 GB',
      unit: 's',
      targets: [{ rival: 'nginx', most: 2 }, { rival: 'haproxy' }, { rival: 'pushpin' }],
    },
    { key: 'cpu', title: 'CPU for 1 GB', unit: 's', targets: [{ rival: 'nginx' }, { rival: 'pushpin' }] },
    { key: 'memory', title: 'most memory (PSS) beyond idle', unit: 'MB', targets: [{ limit: 64 }], small: true },
  ]
  return {
    name: direction,
    title: `${direction} of 1 GB`,
    systems: ['gateway', 'nginx', 'haproxy', 'pushpin'],
    figures,
    run: async (trial) => {
      const slow = trial.name === 'pushpin'
      const bytes = slow || trial.quick ? GIGABYTE / 8 : GIGABYTE
      await move(trial, direction, slow ? WARM_UP / 16 : WARM_UP)
      const before = memoryOf(treeOf(trial.system.child.pid)).pss
      let most = before
      const sampling = setInterval(() => {
        most = Math.max(most, memoryOf(treeOf(trial.system.child.pid)).pss)
      }, SAMPLE_INTERVAL)
      const meter = trial.meter()
      const report = await move(trial, direction, bytes)
      const reading = meter.read(report.cpu)
      clearInterval(sampling)
      const share = GIGABYTE / bytes
      return {
        reading,
        faults: report.bytes === bytes ? [] : [`${report.bytes} of ${bytes} bytes arrived`],
        figures: {
          seconds: report.seconds * share,
          cpu: reading.cpu * share,
          memory: (most - before) / 2 ** 20,
        },
      }
    },
  }
}

function move(trial: Trial, direction: string, bytes: number): Promise<TransferReport> {
  return new LoadProcess('transfer', { port: trial.system.port, [direction]: bytes }).next<TransferReport>(120)
}
