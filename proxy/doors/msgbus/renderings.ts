import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { eventRenderer } from './event.ts'
import { NOTHING, partRenderer } from './part.ts'
import type { Render } from './part.ts'
import { isSelected, selectsAll } from './selection.ts'
import type { Selection, SelectionRules } from './selection.ts'

/** How a subscriber is written to. */
export interface View {
  readonly kind: 'parts' | 'events'
  readonly isRoot: boolean
  readonly chunked: boolean
}

/** One function for all subscribers that are sent the same, so that a delivery makes its bytes once for all of them. */
export interface Rendering {
  readonly render: Render
  /** Its subscriber is gone. */
  release(): void
}

interface Group extends Rendering {
  subscribers: number
}

/** The renderings of a door: one for each view, and one for each set of equal patterns while there are subscribers that have them. */
export class Renderings {
  readonly #rules: SelectionRules
  readonly #views = new Map<string, Render>()
  readonly #groups = new Map<string, Group>()

  constructor(rules: SelectionRules) {
    this.#rules = rules
  }

  /** Sets of patterns that are in use. */
  get groups(): number {
    return this.#groups.size
  }

  rendering(view: View, selection: Selection): Rendering {
    const name = `${view.kind} ${view.isRoot} ${view.chunked}`
    let render = this.#views.get(name)
    if (render === undefined) this.#views.set(name, (render = this.#renderView(view)))
    if (selectsAll(selection)) return { render, release() {} }
    const key = JSON.stringify([name, selection.type, selection.sender, selection.channel])
    let group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, (group = this.#group(key, render, selection)))
    group.subscribers++
    return group
  }

  #renderView({ kind, isRoot, chunked }: View): Render {
    const { prefix, strict } = this.#rules
    return kind === 'events' ? eventRenderer(prefix, chunked) : partRenderer({ prefix, isRoot, chunked, strict })
  }

  #group(key: string, render: Render, selection: Selection): Group {
    const group: Group = {
      subscribers: 0,
      render: (item) => (isSelected(item, selection, this.#rules) ? once(render, item) : NOTHING),
      release: () => {
        if (--group.subscribers === 0) this.#groups.delete(key)
      },
    }
    return group
  }
}

const rendered = new WeakMap<Render, WeakMap<PublishItem, Buffer>>()

/** Groups that differ in what they select, not in how it is written, share the bytes. */
function once(render: Render, item: PublishItem): Buffer {
  let items = rendered.get(render)
  if (items === undefined) rendered.set(render, (items = new WeakMap<PublishItem, Buffer>()))
  let bytes = items.get(item)
  if (bytes === undefined) items.set(item, (bytes = render(item)))
  return bytes
}
