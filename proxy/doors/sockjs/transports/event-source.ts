import type { Transport } from './transport.ts'

export const eventSource: Transport = {
  methods: ['GET'],
  streams: true,
  wantsCallback: false,
  format: () => ({
    contentType: 'text/event-stream; charset=UTF-8',
    prelude: '\r\n',
    // The client decodes percent signs. Line breaks cannot be in a frame: JSON has other ways to write them.
    encode: (frame) => `data: ${frame.replaceAll('%', '%25')}\r\n\r\n`,
  }),
}
