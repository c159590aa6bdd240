import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Counters } from '../../../handler/observe/counters.ts'
import { Observer } from '../../../handler/observe/observer.ts'
import type { ObserverOptions } from '../../../handler/observe/observer.ts'
import type { Watched } from '../../../shared/link/stats-message.ts'
import { StatsSubscriber } from '../../support/stats-subscriber.ts'
import { until } from '../../support/until.ts'

export interface Observed {
  readonly observer: Observer
  readonly counters: Counters
  readonly subscriber: StatsSubscriber
  /** What the workers were told to tell. */
  readonly watched: Watched[]
  readonly spec: string
}

/** An observer and somebody who reads all of its packets, or those of some types. */
export async function observed(
  t: TestContext,
  options: Partial<ObserverOptions>,
  ...topics: readonly string[]
): Promise<Observed> {
  const directory = mkdtempSync(join(tmpdir(), 'stats-'))
  const counters = new Counters()
  const observer = new Observer(
    {
      format: 'tnetstring',
      connectionTtl: 120,
      sendConnections: true,
      subscriptionTtl: 60,
      subscriptionLinger: 60,
      reportInterval: 0,
      blockSize: 0,
      ...options,
    },
    counters,
  )
  const spec = `ipc://${directory}/stats`
  const watched: Watched[] = []
  const subscriber = new StatsSubscriber(spec, ...topics)
  t.after(() => {
    subscriber.close()
    observer.close()
    rmSync(directory, { recursive: true })
  })
  await observer.start(spec, (change) => watched.push(change))
  // Topics arrive in their order: with `sub` as the last one, all have.
  const isWatched = (type: string): boolean => topics.length === 0 || topics.includes(type)
  await until(
    () =>
      observer.watched.conn === (isWatched('conn') && options.sendConnections !== false) &&
      observer.watched.sub === isWatched('sub'),
    'the subscription',
  )
  return { observer, counters, subscriber, watched, spec }
}
