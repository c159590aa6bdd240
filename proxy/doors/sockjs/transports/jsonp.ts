import { scriptText } from './script-text.ts'
import type { Transport } from './transport.ts'

export const jsonp: Transport = {
  methods: ['GET', 'POST'],
  streams: false,
  wantsCallback: true,
  format: (callback) => ({
    contentType: 'application/javascript',
    prelude: '',
    // The comment keeps a callback from being the beginning of something else than a script.
    encode: (frame) => `/**/${callback}(${scriptText(frame)});\n`,
  }),
}
