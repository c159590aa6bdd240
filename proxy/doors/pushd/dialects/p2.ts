import { fromItem } from '../../bus-item.ts'
import type { Dialect } from './dialect.ts'
import { LineReader } from './line-reader.ts'
import { NOTHING } from './message.ts'
import type { Facts } from './message.ts'

const REPLY = '\u0001'
const MESSAGE = Buffer.of(0)
const END = '\u0002'
const SPACE = 0x20

/** Lines, answered with what begins and ends in a control character; messages have their timestamp behind them. */
export function p2(facts: Facts): Dialect {
  return {
    reader: (max) => new LineReader(max),
    reply: (_name, { text }) => Buffer.from(`${REPLY}${text}\n${END}`),
    render: (item) => {
      const message = fromItem(item)
      if (message === undefined) return NOTHING
      return Buffer.concat([MESSAGE, withoutEnds(message.content), Buffer.from(` ${facts.stampOf(item)}${END}`)])
    },
  }
}

/** What ends a message would let its publisher write replies: it becomes a space. */
function withoutEnds(content: Buffer): Buffer {
  if (!content.includes(END)) return content
  return content.map((byte) => (byte === END.charCodeAt(0) ? SPACE : byte)) as Buffer
}
