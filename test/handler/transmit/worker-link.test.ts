import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Dealer } from 'zeromq'
import { LastIds } from '../../../handler/sequence/last-ids.ts'
import { ChannelTable } from '../../../handler/subscriptions/channel-table.ts'
import { WorkerLink } from '../../../handler/transmit/worker-link.ts'
import { linkPath } from '../../../shared/link/endpoint.ts'
import { decodeMessage, encodeMessage } from '../../../shared/link/messages.ts'
import { createLog } from '../../../shared/log.ts'
import { LIMIT } from '../../support/until.ts'

test('a worker that the handler has given up hears that what its clients published was not taken', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'link-'))
  const log = createLog('handler', { level: 0, format: 'text', file: undefined })
  const link = new WorkerLink(new ChannelTable(), { lastIds: new LastIds(), updateOnFirst: false }, log)
  const worker = new Dealer({ routingId: 'worker-0-1', linger: 0, receiveTimeout: LIMIT })
  try {
    await link.start(directory, 'p-', undefined)
    worker.connect(`ipc://${linkPath(directory, 'p-')}`)
    await worker.send(encodeMessage({ type: 'publish', request: 7 }))
    const messages: unknown[] = []
    while (messages.length < 2) messages.push(...(await worker.receive()).map((frame) => decodeMessage(frame)))
    assert.deepEqual(messages, [{ type: 'published', request: 7, taken: false }, { type: 'who' }])
  } finally {
    worker.close()
    link.close()
    await rm(directory, { recursive: true })
  }
})
