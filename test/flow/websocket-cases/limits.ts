import { binary, chopped, fragments, text, works } from './case.ts'
import type { Case } from './case.ts'
import { shown } from './shown.ts'
import { BINARY, TEXT } from '../../support/websocket-frame.ts'

const KB = 1024
const MB = 1024 * KB
const LARGE = [64 * KB, 256 * KB, MB, 4 * MB, 8 * MB, 16 * MB]
const FRAGMENTS = [64, 256, KB, 4 * KB, 16 * KB, 64 * KB, 256 * KB, MB, 4 * MB]
const CHOPS = [64, 128, 256, 512, KB, 2 * KB]
const SMALL = [0, 16, 64, 256, KB, 4 * KB]
const COUNT = 1000

function stars(length: number): Buffer {
  return Buffer.alloc(length, '*')
}

function noText(length: number): Buffer {
  return Buffer.alloc(length, 0xfe)
}

/** The cases of a group that has one for each size; those with the numbers in `keeps`, since the others only add time. */
function each(
  group: string,
  sizes: readonly number[],
  keeps: readonly number[],
  make: (size: number) => Parts,
): Case[] {
  return sizes.flatMap((size, at) => {
    const number = `${group}.${at + 1}`
    if (!keeps.includes(at + 1)) return []
    const { steps, answers } = make(size)
    return [works(number, steps, answers)]
  })
}

interface Parts {
  readonly steps: readonly Buffer[]
  readonly answers: readonly string[]
}

/** The groups 9 and 10. Unlike in the suite, the many small messages of 9.7 and 9.8 do not wait for each other. */
export const limits: readonly Case[] = [
  ...each('9.1', LARGE, [1, 2, 3, 4, 6], (size) => ({
    steps: [text(stars(size))],
    answers: [shown(TEXT, stars(size))],
  })),
  ...each('9.2', LARGE, [1, 2, 3, 4], (size) => ({
    steps: [binary(noText(size))],
    answers: [shown(BINARY, noText(size))],
  })),
  ...each('9.3', FRAGMENTS, [1, 3, 5, 7, 9], (size) => ({
    steps: [Buffer.concat(fragments(TEXT, stars(4 * MB), size))],
    answers: [shown(TEXT, stars(4 * MB))],
  })),
  ...each('9.4', FRAGMENTS, [2, 4, 6, 8], (size) => ({
    steps: [Buffer.concat(fragments(BINARY, noText(4 * MB), size))],
    answers: [shown(BINARY, noText(4 * MB))],
  })),
  ...each('9.5', CHOPS, [1, 3, 5], (size) => ({
    steps: chopped(size, text(stars(MB))),
    answers: [shown(TEXT, stars(MB))],
  })),
  ...each('9.6', CHOPS, [2, 4, 6], (size) => ({
    steps: chopped(size, binary(noText(MB))),
    answers: [shown(BINARY, noText(MB))],
  })),
  ...each('9.7', SMALL, [1, 2, 3, 4, 5, 6], (size) => many(text(stars(size)), shown(TEXT, stars(size)))),
  ...each('9.8', SMALL, [1, 2, 3, 4, 5, 6], (size) => many(binary(noText(size)), shown(BINARY, noText(size)))),
  works('10.1.1', fragments(TEXT, stars(64 * KB), 1300), [shown(TEXT, stars(64 * KB))]),
]

function many(frame: Buffer, answer: string): Parts {
  return { steps: Array.from({ length: COUNT }, () => frame), answers: Array.from({ length: COUNT }, () => answer) }
}
