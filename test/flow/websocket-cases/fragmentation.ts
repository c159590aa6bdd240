import { chopped, fails, first, last, next, ping, pong, text, together, works } from './case.ts'
import type { Case } from './case.ts'

const BOTH = ['text fragment1fragment2']
const inTwo = [first('fragment1'), last('fragment2')]
const aroundPing = [first('fragment1'), ping('ping payload'), last('fragment2')]
const pongAndBoth = ['pong ping payload', ...BOTH]
/** A continuation of nothing, then a text. */
const orphan = [last('non-continuation payload'), text('Hello, world!')]
const openOrphan = [next('non-continuation payload'), text('Hello, world!')]
const begin = [first('fragment1'), next('fragment2'), ping('pongme 1!')]
const goOn = [next('fragment3'), next('fragment4'), ping('pongme 2!'), last('fragment5')]
const allFive = ['pong pongme 1!', 'pong pongme 2!', 'text fragment1fragment2fragment3fragment4fragment5']

/** The group 5. */
export const fragmentation: readonly Case[] = [
  fails('5.1', 1002, together(ping('fragment1', { fin: false }), last('fragment2'))),
  fails('5.2', 1002, together(pong('fragment1', { fin: false }), last('fragment2'))),
  works('5.3', together(...inTwo), BOTH),
  works('5.4', inTwo, BOTH),
  works('5.5', chopped(1, ...inTwo), BOTH),
  works('5.6', together(...aroundPing), pongAndBoth),
  works('5.7', aroundPing, pongAndBoth),
  works('5.8', chopped(1, ...aroundPing), pongAndBoth),
  fails('5.9', 1002, together(...orphan)),
  fails('5.10', 1002, orphan),
  fails('5.11', 1002, chopped(1, ...orphan)),
  fails('5.12', 1002, together(...openOrphan)),
  fails('5.13', 1002, openOrphan),
  fails('5.14', 1002, chopped(1, ...openOrphan)),
  fails('5.15', 1002, together(...inTwo, next('fragment3'), text('fragment4')), BOTH),
  fails('5.16', 1002, [next('fragment1'), first('fragment2'), last('fragment3'), next('fragment4')]),
  fails('5.17', 1002, [last('fragment1'), first('fragment2'), last('fragment3'), last('fragment4')]),
  fails('5.18', 1002, together(first('fragment1'), text('fragment2'))),
  works('5.19', [...together(...begin), 'pong pongme 1!', ...together(...goOn)], allFive),
  works('5.20', [...begin, 'pong pongme 1!', ...goOn], allFive),
]
