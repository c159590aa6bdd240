import type { PublishItem } from '../../../../shared/grip/item/publish-item.ts'
import { fromItem } from '../../bus-item.ts'
import type { Dialect } from './dialect.ts'
import { LineReader } from './line-reader.ts'
import { NOTHING } from './message.ts'

const LF = 0x0a

/** Lines, and messages that are their bare text; with `newline`, lines too. */
export function p1(newline: boolean): Dialect {
  return {
    reader: (max) => new LineReader(max),
    reply: (_name, { text, p1: own = text }) => Buffer.from(`${own}\n`),
    render: (item) => render(item, newline),
  }
}

function render(item: PublishItem, newline: boolean): Buffer {
  const message = fromItem(item)
  if (message === undefined) return NOTHING
  const line = inOneLine(message.content)
  return newline ? Buffer.concat([line, Buffer.from('\n')]) : line
}

/** A message with lines, which only others can publish: their ends become spaces. */
function inOneLine(content: Buffer): Buffer {
  if (!content.includes(LF)) return content
  return Buffer.from(content.toString('latin1').replaceAll(/\r?\n/g, ' '), 'latin1')
}
