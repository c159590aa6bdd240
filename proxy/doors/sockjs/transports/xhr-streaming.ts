import type { Transport } from './transport.ts'

/** Some browsers show a script nothing of a response before it has 2 KB. */
const PRELUDE = `${'h'.repeat(2048)}\n`

export const xhrStreaming: Transport = {
  methods: ['POST'],
  streams: true,
  wantsCallback: false,
  format: () => ({
    contentType: 'application/javascript; charset=UTF-8',
    prelude: PRELUDE,
    encode: (frame) => `${frame}\n`,
  }),
}
