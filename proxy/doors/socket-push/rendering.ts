import type { PublishItem } from '../../../shared/grip/item/publish-item.ts'
import { TEXT } from '../../websocket/frames/frame.ts'
import { frame } from '../../websocket/frames/frame-writer.ts'
import { valueOf } from './message-value.ts'
import { dataOf, unit } from './socket-io/packet-writer.ts'

type Render = (item: PublishItem) => Buffer

/** How published items look on the connections of socket.io 0.6. Each function makes bytes that all clients of its kind share. */
export class Rendering {
  readonly #splitArrays: boolean

  /** @param splitArrays an array is several messages, as the original sent it. */
  constructor(splitArrays: boolean) {
    this.#splitArrays = splitArrays
  }

  /** For polls. */
  readonly packet: Render = (item) => Buffer.from(this.#units(item))

  readonly frame: Render = (item) => {
    const units = this.#units(item)
    return units === '' ? NOTHING : frame(TEXT, Buffer.from(units))
  }

  readonly script: Render = (item) => this.#wrapped(item, script)

  readonly part: Render = (item) => this.#wrapped(item, part)

  #wrapped(item: PublishItem, wrap: (packet: string) => string): Buffer {
    const units = this.#units(item)
    return units === '' ? NOTHING : Buffer.from(wrap(units))
  }

  #units(item: PublishItem): string {
    const value = valueOf(item)
    if (value === undefined) return ''
    if (this.#splitArrays && Array.isArray(value)) return value.map((one) => unit(dataOf(one))).join('')
    return unit(dataOf(value))
  }
}

const NOTHING: Buffer = Buffer.alloc(0)

/** A packet as a piece of the endless page of `htmlfile`. */
export function script(packet: string): string {
  return `<script>parent.s._(${scriptString(packet)}, document);</script>`
}

/** A packet as a part of the endless response of `xhr-multipart`; the boundary behind it tells the browser that it is whole. */
export function part(packet: string): string {
  return `Content-Type: text/plain\n\n${packet}\n--socketio\n`
}

/** A string for a script that may stand in a page: what would end the script, or a line of it, is escaped. */
export function scriptString(text: string): string {
  return JSON.stringify(text).replaceAll(/[<\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
