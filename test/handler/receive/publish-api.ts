import { startHttpApi } from '../../../handler/receive/http-api.ts'
import type { HttpApi } from '../../../handler/receive/http-api.ts'
import type { Inbox } from '../../../handler/receive/inbox.ts'
import { FakeCommands } from './fakes.ts'

/** A publish API on a free port, with limits as they are by default; `inbox` may give another one for each test. */
export function startPublishApi(inbox: () => Inbox, maxBodySize = 1_000_000): Promise<HttpApi> {
  return startHttpApi(
    { address: '127.0.0.1', port: 0, maxHeadersSize: 10_000, maxBodySize },
    { publish: (items) => inbox().publish(items), ready: () => inbox().ready() },
    new FakeCommands(),
    () => ({ ok: true }),
  )
}
