import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** Both ends of a connection; ours stays open when they end theirs. */
export async function socketPair(t: TestContext): Promise<[ours: Socket, theirs: Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const theirs = connect((server.address() as { port: number }).port, '127.0.0.1')
  const [ours] = (await once(server, 'connection')) as [Socket]
  t.after(() => {
    server.close()
    ours.destroy()
    theirs.destroy()
  })
  return [ours, theirs]
}
