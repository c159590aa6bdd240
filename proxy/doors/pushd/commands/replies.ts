/** What a command answers; each dialect has its own frame and, for some, its own words. */
export interface Reply {
  readonly text: string
  /** Where the first dialect says it differently. */
  readonly p1?: string | undefined
  /** Where the last dialect says it differently. */
  readonly p4?: string | undefined
  /** What the last dialect puts before the text; nothing for the answer to a ping. */
  readonly code: 200 | 202 | 400 | 500 | 508 | undefined
  readonly isFailure: boolean
}

export function success(text: string, words: { readonly p1?: string; readonly p4?: string } = {}): Reply {
  return { text, code: 200, isFailure: false, ...words }
}

function failure(code: Reply['code'], text: string, words: { readonly p1?: string } = {}): Reply {
  return { text, code, isFailure: true, ...words }
}

/** Line feeds at the end of a text are part of it: the first dialect adds another one. */
export const failures = {
  needAuth: failure(508, 'Need Auth first'),
  notPermit: failure(400, 'Not Permit'),
  noMessage: failure(202, 'Publish without msg\n'),
  noSubChannel: failure(202, 'Lack sub channel'),
  noUnsubChannel: failure(202, 'Lack unsub channel'),
  badChannel: failure(202, 'Invalid channel'),
  tooManyChannels: failure(400, 'Too many channels'),
  badHistory: failure(202, 'Invalid Params for history'),
  badAuth: failure(202, 'Invalid Params for auth'),
  badAuthClient: failure(202, 'Invalid Params for auth_client'),
  badAuthServer: failure(202, 'Invalid Params for auth_server'),
  badUser: failure(202, 'Invalid Params for setuuid'),
  authFail: failure(508, 'Auth fail'),
  clientAuthFail: failure(508, 'Client auth fail'),
  serverAuthFail: failure(508, 'Server auth fail'),
  alreadyClient: failure(400, 'Already authed client', { p1: 'Already authed' }),
  alreadyServer: failure(400, 'Already authed server', { p1: 'Already authed' }),
  wrongToken: failure(508, 'Wrong token'),
  tooLong: failure(202, 'Line too long'),
  unavailable: failure(500, 'Service unavailable'),
}

export function notFound(name: string): Reply {
  return failure(202, `Cmd not found: ${name}\n`)
}
