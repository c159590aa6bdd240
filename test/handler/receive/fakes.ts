import type { Inbox, WorkerCommands } from '../../../handler/receive/inbox.ts'
import type { InputLog } from '../../../handler/receive/input-problems.ts'
import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { until } from '../../support/until.ts'

/** Takes items unless it is full. */
export class FakeInbox implements Inbox {
  readonly items: PublishItem[] = []
  full = false
  refused = 0

  publish(items: readonly PublishItem[]): boolean {
    if (this.full) this.refused++
    else this.items.push(...items)
    return !this.full
  }

  async ready(): Promise<void> {
    await until(() => !this.full, 'the inbox has room')
  }

  get channels(): string[] {
    return this.items.map((item) => item.channel)
  }

  async taken(count: number): Promise<void> {
    await until(() => this.items.length >= count, `${count} items are taken`)
  }
}

export class FakeCommands implements WorkerCommands {
  recovered = 0
  readonly existing = new Set<string>()
  broken = false

  recover(): void {
    this.recovered++
  }

  async connCheck(ids: readonly string[]): Promise<string[]> {
    if (this.broken) throw new Error('no answer')
    return ids.filter((id) => this.existing.has(id))
  }

  async refresh(id: string): Promise<boolean> {
    return (await this.connCheck([id])).length > 0
  }

  async refreshChannel(channel: string): Promise<void> {
    await this.connCheck([channel])
  }
}

/** Keeps what an input logs and counts. */
export class FakeReport {
  readonly warnings: string[] = []
  readonly counts = new Map<string, number>()
  readonly log: InputLog = {
    info: () => {},
    warn: (message) => void this.warnings.push(message),
    debug: () => {},
  }
  readonly count = (name: string): void => void this.counts.set(name, (this.counts.get(name) ?? 0) + 1)

  async counted(name: string, times: number): Promise<void> {
    await until(() => (this.counts.get(name) ?? 0) >= times, `${name} is ${times}`)
  }
}
