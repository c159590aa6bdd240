/** Totals since the process's start, by name. Names are fixed in the code: a stranger cannot add one. */
export class Counters {
  readonly #totals = new Map<string, number>()

  readonly count = (name: string, by = 1): void => {
    this.#totals.set(name, (this.#totals.get(name) ?? 0) + by)
  }

  entries(): Iterable<[string, number]> {
    return this.#totals
  }
}
