import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { negotiateDeflate } from '../../../../proxy/websocket/frames/negotiate-deflate.ts'
import { extension, PerMessageDeflate } from './ws-package.ts'

const ACCEPTED = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
const LIMITED = `${ACCEPTED}; server_max_window_bits=15`

const answers: Array<[offers: string, answer: string | undefined]> = [
  ['permessage-deflate', ACCEPTED],
  ['permessage-deflate; client_max_window_bits', ACCEPTED],
  ['permessage-deflate; client_max_window_bits=10', ACCEPTED],
  ['permessage-deflate; client_max_window_bits="8"', ACCEPTED],
  [String.raw`permessage-deflate; client_max_window_bits="\1\5"`, ACCEPTED],
  ['permessage-deflate; server_no_context_takeover; client_no_context_takeover', ACCEPTED],
  ['permessage-deflate;server_no_context_takeover', ACCEPTED],
  ['\tpermessage-deflate\t;\tclient_max_window_bits = 15 ', ACCEPTED],
  ['permessage-deflate; server_max_window_bits=15', LIMITED],
  ['permessage-deflate; server_max_window_bits="15"; client_max_window_bits', LIMITED],
  ['permessage-deflate; server_max_window_bits=10, permessage-deflate', ACCEPTED],
  ['permessage-deflate; server_max_window_bits=10, permessage-deflate; server_max_window_bits=15', LIMITED],
  ['permessage-deflate, permessage-deflate; server_max_window_bits=15', ACCEPTED],
  ['x-webkit-deflate-frame, permessage-deflate; client_max_window_bits', ACCEPTED],
  ['other; a=","; b="; permessage-deflate", permessage-deflate', undefined],
  ['other; a=b; c, permessage-deflate', ACCEPTED],
  [', permessage-deflate,,', ACCEPTED],
  ['', undefined],
  [' ', undefined],
  [',', undefined],
  ['grip', undefined],
  ['Permessage-Deflate', undefined],
  ['permessage-deflate2', undefined],
  ['permessage-deflate; server_max_window_bits=14', undefined],
  ['permessage-deflate; server_max_window_bits=8', undefined],
  ['permessage-deflate; server_max_window_bits=16', undefined],
  ['permessage-deflate; server_max_window_bits=015', undefined],
  ['permessage-deflate; server_max_window_bits', undefined],
  ['permessage-deflate; client_max_window_bits=7', undefined],
  ['permessage-deflate; client_max_window_bits=16', undefined],
  ['permessage-deflate; client_max_window_bits=09', undefined],
  ['permessage-deflate; client_max_window_bits=1e1', undefined],
  ['permessage-deflate; client_max_window_bits=', undefined],
  ['permessage-deflate; client_max_window_bits=""', undefined],
  ['permessage-deflate; server_no_context_takeover=1', undefined],
  ['permessage-deflate; client_no_context_takeover=true', undefined],
  ['permessage-deflate; server_no_context_takeover=""', undefined],
  ['permessage-deflate; server_no_context_takeover; server_no_context_takeover', undefined],
  ['permessage-deflate; client_max_window_bits; client_max_window_bits=10', undefined],
  ['permessage-deflate; unknown', undefined],
  ['permessage-deflate; __proto__', undefined],
  ['permessage-deflate; unknown, permessage-deflate; client_max_window_bits', ACCEPTED],
  ['permessage-deflate;', undefined],
  ['permessage-deflate; =15', undefined],
  ['permessage-deflate client_max_window_bits', undefined],
  ['permessage-deflate; client_max_window_bits="15', undefined],
  ['permessage-deflate; client_max_window_bits="15"x', undefined],
  ['permessage-deflate; client_max_window_bits=1 5', undefined],
  ['permessage-deflate, (', undefined],
  ['"permessage-deflate"', undefined],
]

for (const [offers, answer] of answers) {
  test(`the offer '${offers}' is ${answer === undefined ? 'declined' : 'accepted'}`, () => {
    assert.equal(negotiateDeflate(offers), answer)
  })
}

const word = fc.constantFrom(
  'permessage-deflate',
  'server_no_context_takeover',
  'client_no_context_takeover',
  'client_max_window_bits',
  'server_max_window_bits',
)
const mark = fc.constantFrom(...Array.from(',;="\\ '), '; ', ';', '; ', '15', '"15"', '=15', '=9', 'x')
const header = fc.array(fc.oneof(word, mark), { maxLength: 12 }).map((parts) => `permessage-deflate${parts.join('')}`)

test('what is accepted is accepted by ws, too', () => {
  fc.assert(
    fc.property(header, (header) => {
      if (negotiateDeflate(header) === undefined) return
      // What the grammar allows and ws does not read: empty elements, and blanks around an equals sign.
      const tidy = header
        .replaceAll(/ *= */g, '=')
        .replaceAll(/,[ ,]*/g, ',')
        .replace(/[ ,]+$/, '')
      const offers = extension.parse(tidy)['permessage-deflate']
      assert.ok(
        offers?.some((offer) => isAcceptable(offer)),
        header,
      )
    }),
    { numRuns: 5000 },
  )
})

function isAcceptable(offer: Readonly<Record<string, unknown>>): boolean {
  try {
    return new PerMessageDeflate({ isServer: true }).accept([offer]) !== undefined
  } catch {
    return false
  }
}

test('a hostile header of 100,000 bytes is answered at once', { timeout: 5000 }, () => {
  for (const part of [' ', ',', ';', '; a', '; a=b', '"', '\\"', '; a="', '=', 'a ', 'permessage-deflate, ']) {
    const times = Math.ceil(100_000 / part.length)
    negotiateDeflate(part.repeat(times))
    negotiateDeflate(`permessage-deflate${part.repeat(times)}`)
    negotiateDeflate(`permessage-deflate; a="${part.repeat(times)}`)
  }
})
