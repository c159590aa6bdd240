import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPacket } from '../../../proxy/zhttp/packet.ts'
import { writePacket } from '../../../proxy/zhttp/write-packet.ts'

const read = (text: string): ReturnType<typeof readPacket> => readPacket(Buffer.from(text, 'latin1'))

test('a response packet is read with all that it says', () => {
  const text =
    'T168:4:from,2:me,2:id,3:a:1,3:seq,1:0#4:code,3:200#6:reason,2:OK,7:headers,14:10:1:X,3:a\xe9b,]]4:body,5:hello,4:more,4:true!7:credits,2:50#3:ext,15:5:multi,4:true!}5:other,0:~}'
  assert.deepEqual(read(text), {
    from: 'me',
    ids: [{ id: 'a:1', seq: 0 }],
    type: '',
    condition: '',
    credits: 50,
    more: true,
    multi: true,
    code: 200,
    reason: 'OK',
    headers: ['X', 'a\xe9b'],
    isBinary: false,
    body: Buffer.from('hello'),
  })
})

test('a packet for several exchanges has a number for each', () => {
  const text = 'T76:4:type,10:keep-alive,2:id,46:19:2:id,1:a,3:seq,1:5#}19:2:id,1:b,3:seq,1:7#}]}'
  const { ids, type } = read(text)
  assert.deepEqual(ids, [
    { id: 'a', seq: 5 },
    { id: 'b', seq: 7 },
  ])
  assert.equal(type, 'keep-alive')
})

const refused: [name: string, text: string, message: RegExp][] = [
  ['nothing', '', /does not begin with T/],
  ['another format', 'J{}', /does not begin with T/],
  ['a cut packet', 'T20:2:id,', /past the end/],
  ['a packet that is no dictionary', 'T5:hello,', /the packet is not a dictionary/],
  ['an id that is a number', 'T9:2:id,1:1#}', /id is not a byte string/],
  ['a body that is a number', 'T11:4:body,1:1#}', /body is not a byte string/],
  ['a code with a fraction', 'T13:4:code,3:1.5^}', /code is not a whole number/],
  ['headers that are no list', 'T14:7:headers,1:x,}', /headers is not a list/],
  ['a header that is no pair', 'T17:7:headers,4:1:x,]}', /a header is not a pair/],
  ['an ext that is no dictionary', 'T10:3:ext,1:x,}', /ext is not a dictionary/],
  ['a long address', `T268:4:from,256:${'x'.repeat(256)},}`, /from is longer than 255 bytes/],
  ['too many ids', `T397:2:id,387:${'0:}'.repeat(129)}]}`, /more than 128 ids/],
]
for (const [name, text, message] of refused) {
  test(`${name} is no packet`, () => {
    assert.throws(() => read(text), { name: 'PacketError', message })
  })
}

test('a packet is written as the letter T and a dictionary', () => {
  const bytes = writePacket({ from: 'me', id: 'a:1', seq: 2, type: 'credit', credits: 3 })
  assert.equal(bytes.toString(), 'T63:4:from,2:me,2:id,3:a:1,3:seq,1:2#4:type,6:credit,7:credits,1:3#}')
})
