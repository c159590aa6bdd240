import { chopped, fails, first, last, next, text, works } from './case.ts'
import type { Case } from './case.ts'

const VALID = 'Hello-µ@ßöäüàá-UTF-8!!'
const KOSME = 'cebae1bdb9cf83cebcceb5'
const EDITED = '656469746564'
/** What begins a character over U+10FFFF, and what makes it one. */
const OVER = 'f4'
const TOP = '90'

/** Texts as hexadecimal bytes, in the groups of the suite; from here on each is sent in one frame. */
const VALID_TEXTS: Readonly<Record<string, readonly string[]>> = {
  '6.5': [
    '68656c6c6f24776f726c64',
    '68656c6c6fc2a2776f726c64',
    '68656c6c6fe282ac776f726c64',
    '68656c6c6ff0a4ada2776f726c64',
    KOSME,
  ],
  '6.7': ['00', 'c280', 'e0a080', 'f0908080'],
  '6.9': ['7f', 'dfbf', 'efbfbf', 'f48fbfbf'],
  // The last two of every plane, which are no characters and valid all the same.
  '6.22': ['efbfbe', 'efbfbf', ...lastOfPlanes()],
  '6.23': ['efbfb9', 'efbfba', 'efbfbb', 'efbfbc', 'efbfbd', 'efbfbe', 'efbfbf'],
}

const INVALID_TEXTS: Readonly<Record<string, readonly string[]>> = {
  '6.8': ['f888808080', 'fc8480808080'],
  '6.10': ['f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'],
  // Continuations of nothing.
  '6.12': ['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf', range(0x80, 0xbe, '')],
  // Beginnings that are not continued.
  '6.13': [range(0xc0, 0xde), range(0xe0, 0xee), range(0xf0, 0xf6), range(0xf8, 0xfa), 'fc20'],
  '6.14': ['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'],
  '6.15': ['c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf'],
  '6.16': ['fe', 'ff', 'fefeffff'],
  // Longer than needed.
  '6.17': ['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'],
  '6.18': ['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'],
  '6.19': ['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'],
  // Surrogates, alone and in pairs.
  '6.20': ['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'],
  '6.21': [
    'eda080edb080',
    'eda080edbfbf',
    'edadbfedb080',
    'edadbfedbfbf',
    'edae80edb080',
    'edae80edbfbf',
    'edafbfedb080',
    'edafbfedbfbf',
  ],
}

/** The group 6. Those of 6.4 fail at once, with half of the message still to come. */
export const texts: readonly Case[] = [
  works('6.1.1', [text('')], ['text']),
  works('6.1.2', [first(''), next(''), last('')], ['text']),
  works('6.1.3', [first(''), next('middle frame payload'), last('')], ['text middle frame payload']),
  works('6.2.1', [text(VALID)], [`text ${VALID}`]),
  works('6.2.2', [first('Hello-µ@ßöä'), last('üàá-UTF-8!!')], [`text ${VALID}`]),
  works('6.2.3', octets(Buffer.from(VALID)), [`text ${VALID}`]),
  works('6.2.4', octets(hex(KOSME)), [`text ${hex(KOSME).toString()}`]),
  fails('6.3.1', 1007, [text(hex(`${KOSME}eda080${EDITED}`))]),
  fails('6.3.2', 1007, octets(hex(`${KOSME}eda080${EDITED}`))),
  fails('6.4.1', 1007, [first(hex(KOSME)), next(hex(`${OVER}${TOP}8080`))]),
  fails('6.4.2', 1007, [first(hex(KOSME + OVER)), next(hex(TOP))]),
  fails('6.4.3', 1007, beginnings(11, 4)),
  fails('6.4.4', 1007, beginnings(12, 1)),
  ...cases(VALID_TEXTS, valid),
  ...cases(INVALID_TEXTS, invalid),
  // All beginnings of a word; some of them end within a character.
  ...Array.from({ length: 11 }, (_, index) => {
    const number = `6.6.${index + 1}`
    const bytes = KOSME.slice(0, (index + 1) * 2)
    return [2, 5, 7, 9, 11].includes(index + 1) ? valid(number, bytes) : invalid(number, bytes)
  }),
  ...['ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'].map((bytes, index) => valid(`6.11.${index + 1}`, bytes)),
  invalid('6.11.5', 'f4908080'),
]

function valid(number: string, bytes: string): Case {
  return works(number, [text(hex(bytes))], [`text ${hex(bytes).toString()}`])
}

function invalid(number: string, bytes: string): Case {
  return fails(number, 1007, [text(hex(bytes))])
}

function cases(
  groups: Readonly<Record<string, readonly string[]>>,
  make: (number: string, bytes: string) => Case,
): Case[] {
  return Object.entries(groups).flatMap(([group, all]) => all.map((bytes, at) => make(`${group}.${at + 1}`, bytes)))
}

function hex(bytes: string): Buffer {
  return Buffer.from(bytes, 'hex')
}

/** A text whose every byte is a frame. */
function octets(payload: Buffer): Buffer[] {
  const pieces = chopped(1, payload)
  return pieces.map((piece, at) => (at === 0 ? first(piece) : at === pieces.length - 1 ? last(piece) : next(piece)))
}

/** One frame, of which come the bytes that are still right, then those that are not, and never the rest. */
function beginnings(right: number, wrong: number): Buffer[] {
  const payload = hex(`${KOSME}${OVER}${TOP}8080${EDITED}`)
  const bytes = text(payload)
  const start = bytes.length - payload.length
  return [bytes.subarray(0, start + right), bytes.subarray(start + right, start + right + wrong)]
}

function range(from: number, to: number, behind = '20'): string {
  return Array.from({ length: to - from + 1 }, (_, index) => (from + index).toString(16) + behind).join('')
}

function lastOfPlanes(): string[] {
  const starts = ['f09f', 'f0af', 'f0bf']
  for (const byte of ['f1', 'f2', 'f3']) starts.push(`${byte}8f`, `${byte}9f`, `${byte}af`, `${byte}bf`)
  return [...starts, 'f48f'].flatMap((start) => [`${start}bfbe`, `${start}bfbf`])
}
