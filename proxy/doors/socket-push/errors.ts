import type { ErrorAnswer } from '../../accept/errors.ts'

/** What the port for browsers answers when it cannot do what is asked. */
export const errors = {
  notFound: { code: 404, message: 'no such resource' },
  tooManyClients: { code: 503, message: 'too many clients', close: true },
  notAPacket: { code: 400, message: 'not a packet', close: true },
  messageTooLarge: { code: 413, message: 'message too large', close: true },
} as const satisfies Readonly<Record<string, ErrorAnswer>>
