import { binary, chopped, closeWith, fails, ping, pong, text, together, works } from './case.ts'
import type { Case } from './case.ts'
import { shown } from './shown.ts'
import { BINARY, TEXT } from '../../support/websocket-frame.ts'

const HELLO = 'Hello, world!'
const ECHO = [`text ${HELLO}`]
const TEN = Array.from({ length: 10 }, (_, index) => `payload-${index}`)
const ALL_FE = Buffer.alloc(125, 0xfe)

/** Lengths around those where their form changes (RFC 6455 5.2). */
const LENGTHS = [0, 125, 126, 127, 128, 65_535, 65_536]

const messages: Case[] = LENGTHS.flatMap((length, index) => {
  const stars = Buffer.alloc(length, '*')
  const bytes = Buffer.alloc(length, 0xfe)
  return [
    works(`1.1.${index + 1}`, [text(stars)], [shown(TEXT, stars)]),
    works(`1.2.${index + 1}`, [binary(bytes)], [shown(BINARY, bytes)]),
  ]
})

/** The group 1: a message of each length; 2: pings and pongs; 3: reserved bits; 4: reserved opcodes. */
export const framing: readonly Case[] = [
  ...messages,
  works('1.1.8', chopped(997, text('*'.repeat(65_536))), [shown(TEXT, Buffer.alloc(65_536, '*'))]),
  works('1.2.8', chopped(997, binary(Buffer.alloc(65_536, 0xfe))), [shown(BINARY, Buffer.alloc(65_536, 0xfe))]),

  works('2.1', [ping()], ['pong']),
  works('2.2', [ping(HELLO)], [`pong ${HELLO}`]),
  works('2.3', [ping(Buffer.from('00fffefdfcfb00ff', 'hex'))], ['pong 00fffefdfcfb00ff']),
  works('2.4', [ping(ALL_FE)], [`pong ${ALL_FE.toString('hex')}`]),
  fails('2.5', 1002, [ping(Buffer.alloc(126, 0xfe))]),
  works('2.6', chopped(1, ping(ALL_FE)), [`pong ${ALL_FE.toString('hex')}`]),
  works('2.7', [pong()], []),
  works('2.8', [pong('unsolicited pong payload')], []),
  works('2.9', [pong('unsolicited pong payload'), ping('ping payload')], ['pong ping payload']),
  works(
    '2.10',
    TEN.map((payload) => ping(payload)),
    TEN.map((payload) => `pong ${payload}`),
  ),
  works(
    '2.11',
    TEN.flatMap((payload) => chopped(1, ping(payload))),
    TEN.map((payload) => `pong ${payload}`),
  ),

  fails('3.1', 1002, [text(HELLO, { rsv: 1 })]),
  fails('3.2', 1002, together(text(HELLO), text(HELLO, { rsv: 2 }), ping()), ECHO),
  fails('3.3', 1002, [text(HELLO), text(HELLO, { rsv: 3 }), ping()], ECHO),
  fails('3.4', 1002, chopped(1, text(HELLO), text(HELLO, { rsv: 4 }), ping()), ECHO),
  fails('3.5', 1002, [binary(Buffer.from('00fffefdfcfb00ff', 'hex'), { rsv: 5 })]),
  fails('3.6', 1002, [ping(HELLO, { rsv: 6 })]),
  fails('3.7', 1002, [closeWith(Buffer.of(), { rsv: 7 })]),

  fails('4.1.1', 1002, [text('', { opcode: 3 })]),
  fails('4.1.2', 1002, [text('reserved opcode payload', { opcode: 4 })]),
  fails('4.1.3', 1002, together(text(HELLO), text('', { opcode: 5 }), ping()), ECHO),
  fails('4.1.4', 1002, [text(HELLO), text(HELLO, { opcode: 6 }), ping()], ECHO),
  fails('4.1.5', 1002, chopped(1, text(HELLO), text(HELLO, { opcode: 7 }), ping()), ECHO),
  fails('4.2.1', 1002, [text('', { opcode: 11 })]),
  fails('4.2.2', 1002, [text('reserved opcode payload', { opcode: 12 })]),
  fails('4.2.3', 1002, together(text(HELLO), text('', { opcode: 13 }), ping()), ECHO),
  fails('4.2.4', 1002, [text(HELLO), text(HELLO, { opcode: 14 }), ping()], ECHO),
  fails('4.2.5', 1002, chopped(1, text(HELLO), text(HELLO, { opcode: 15 }), ping()), ECHO),
]
