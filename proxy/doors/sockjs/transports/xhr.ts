import type { Transport } from './transport.ts'

export const xhr: Transport = {
  methods: ['POST'],
  streams: false,
  wantsCallback: false,
  format: () => ({ contentType: 'text/plain', prelude: '', encode: (frame) => `${frame}\n` }),
}
