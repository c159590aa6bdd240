import { Subscriber } from 'zeromq'
import { until } from './until.ts'

/** Reads a stats socket. */
export class StatsSubscriber {
  /** As they came. */
  readonly packets: Buffer[] = []
  readonly #socket = new Subscriber({ linger: 0 })

  /** @param topics beginnings of the packets wanted; none for all. */
  constructor(spec: string, ...topics: readonly string[]) {
    this.#socket.subscribe(...(topics.length === 0 ? [''] : topics))
    this.#socket.connect(spec)
    void this.#receive()
  }

  /** The fields of all JSON packets of the type, without `from`. */
  of(type: string): Record<string, unknown>[] {
    return this.packets
      .map(String)
      .filter((packet) => packet.startsWith(`${type} J`))
      .map((packet) => {
        const { from: _, ...fields } = JSON.parse(packet.slice(type.length + 2)) as Record<string, unknown>
        return fields
      })
  }

  /** Waits for a JSON packet of the type with these fields, which may have others. */
  async sees(type: string, fields: Record<string, unknown>): Promise<Record<string, unknown>> {
    const find = (): Record<string, unknown> | undefined =>
      this.of(type).find((packet) => Object.entries(fields).every(([name, value]) => packet[name] === value))
    await until(
      () => find() !== undefined,
      () => `${type} ${JSON.stringify(fields)}:\n${this.packets.map(String).join('\n')}`,
    )
    return find() as Record<string, unknown>
  }

  async count(packets: number): Promise<string[]> {
    await until(
      () => this.packets.length >= packets,
      () => `${packets} packets: ${this.packets.map(String).join('\n')}`,
    )
    return this.packets.map(String)
  }

  close(): void {
    this.#socket.close()
  }

  async #receive(): Promise<void> {
    for await (const frames of this.#socket) this.packets.push(Buffer.concat(frames))
  }
}
