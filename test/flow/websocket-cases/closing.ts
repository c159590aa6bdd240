import { close, closes, closeWith, fails, first, last, ping, text, together } from './case.ts'
import type { Case } from './case.ts'
import { shown } from './shown.ts'
import { TEXT } from '../../support/websocket-frame.ts'

const HELLO = 'Hello World!'
const LONG = Buffer.alloc(256 * 1024, 'BAsd7&jh23')

const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const NO_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]

/** The group 7. */
export const closing: readonly Case[] = [
  closes('7.1.1', [text(HELLO), `text ${HELLO}`, close(1000)], [`text ${HELLO}`, 'close 1000']),
  closes('7.1.2', together(close(1000), close(1000)), ['close 1000']),
  closes('7.1.3', together(close(1000), ping()), ['close 1000']),
  closes('7.1.4', together(close(1000), text(HELLO)), ['close 1000']),
  closes('7.1.5', together(first('fragment1'), close(1000), last('fragment2')), ['close 1000']),
  closes(
    '7.1.6',
    [text(LONG), shown(TEXT, LONG), text(HELLO), `text ${HELLO}`, ...together(close(1000), ping())],
    [shown(TEXT, LONG), `text ${HELLO}`, 'close 1000'],
  ),
  closes('7.3.1', [closeWith(Buffer.of())], ['close']),
  fails('7.3.2', 1002, [closeWith(Buffer.from('a'))]),
  closes('7.3.3', [close(1000)], ['close 1000']),
  closes('7.3.4', [close(1000, HELLO)], [`close 1000 ${HELLO}`]),
  closes('7.3.5', [close(1000, '*'.repeat(123))], [`close 1000 ${'*'.repeat(123)}`]),
  fails('7.3.6', 1002, [close(1000, '*'.repeat(124))]),
  fails('7.5.1', 1007, [closeWith(Buffer.from('03e8cebae1bdb9cf83cebcceb5eda080656469746564', 'hex'))]),
  ...CODES.map((code, at) => closes(`7.7.${at + 1}`, [close(code)], [`close ${code}`])),
  ...NO_CODES.map((code, at) => fails(`7.9.${at + 1}`, 1002, [close(code)])),
  fails('7.13.1', 1002, [close(5000)]),
  fails('7.13.2', 1002, [close(65_535)]),
]
