/** The id of the last item sent on each channel, as far as it has one and somebody is subscribed (GRIP 6.2). */
export class LastIds {
  readonly #ids = new Map<string, string>()

  of(channel: string): string | undefined {
    return this.#ids.get(channel)
  }

  /** Of those of the channels that have one. */
  ofAll(channels: readonly string[]): [channel: string, id: string][] {
    const ids: [string, string][] = []
    for (const channel of channels) {
      const id = this.#ids.get(channel)
      if (id !== undefined) ids.push([channel, id])
    }
    return ids
  }

  /** @param id undefined when the last item had none: whatever comes next follows it. */
  set(channel: string, id: string | undefined): void {
    if (id === undefined) this.#ids.delete(channel)
    else this.#ids.set(channel, id)
  }

  clear(): void {
    this.#ids.clear()
  }

  forget(channel: string): void {
    this.#ids.delete(channel)
  }
}
