import type { NoEffect } from './key.ts'
import { noEffect, silent } from './key.ts'

const mongrel2 = noEffect('Mongrel2 is not used: the gateway listens for clients itself, see http_port in [runner]')
const zurl = noEffect('Zurl is not used: the gateway sends requests to backends itself')
const redis = noEffect('nothing is kept in Redis')
const program = silent('no such program is started')

/** Keys of programs that stood beside Pushpin 1.x. */
export const retiredRunnerKeys = {
  configdir: silent('no files are made for other programs'),
  condure_bin: program,
  connmgr_bin: program,
  mongrel2_bin: program,
  m2sh_bin: program,
  zurl_bin: program,
}

const zurlSockets = { zurl_out_specs: zurl, zurl_out_stream_specs: zurl, zurl_in_specs: zurl }

/** Keys of December 2012 and of Pushpin 1.x. */
export const retiredProxyKeys = {
  m2_in_specs: mongrel2,
  m2_inhttps_specs: mongrel2,
  m2_out_specs: mongrel2,
  ...zurlSockets,
}

/** Keys of December 2012. */
export const retiredHandlerKeys = {
  m2_out_specs: mongrel2,
  redis_host: redis,
  redis_port: redis,
  redis_prefix: redis,
}

const socket = silent('a socket between the processes, named by the gateway itself')

/** The names of Pushpin's private sockets changed with nearly every version, so they are known by their shape. */
export function internalSocket(section: string, key: string): NoEffect | undefined {
  const owner = section === 'proxy' || section === 'handler'
  if (owner && /^(?:condure|connmgr|m2a|handler|proxy|intreq)_\w+_specs?$/.test(key)) return socket
  return section === 'proxy' && (key === 'stats_spec' || key === 'command_spec') ? socket : undefined
}
