import { isUtf8 } from 'node:buffer'

const PREFIX = '/msgbus/'
/** One of the old client libraries encodes the slashes around the word as well, and whatever else is special behind them. */
const ENCODED_PREFIX = /^\/?%2fmsgbus%2f/i

/** Characters of a channel's name. */
const MAX_NAME = 1024

/**
 * The channel that a request's target names, without its query: the text as it stands, percent signs and slashes included; empty for the root.
 * Undefined when the target is not below `/msgbus/`, null when the name is none.
 */
export function channelOf(target: string): string | null | undefined {
  const path = target.split('?', 1)[0] as string
  if (!path.startsWith(PREFIX)) {
    const encoded = ENCODED_PREFIX.exec(path)
    return encoded === null ? undefined : checked(decoded(path.slice(encoded[0].length)))
  }
  // Node reads a target as Latin-1.
  const bytes = Buffer.from(path.slice(PREFIX.length), 'latin1')
  return checked(isUtf8(bytes) ? bytes.toString() : undefined)
}

/** Where a channel is found, for a header: channels of others may have names that no request of this door can say. */
export function locationOf(channel: string): string {
  return PREFIX + channel.replace(/[\0-\x20\x7f?#]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** A parameter of the query; undefined when it is not there. A plus sign stays one: media types have them. */
export function queryParam(target: string, name: string): string | undefined {
  const query = target.slice(target.split('?', 1)[0]?.length ?? 0).slice(1)
  for (const pair of query.split('&')) {
    if (!pair.startsWith(`${name}=`)) continue
    const value = pair.slice(name.length + 1)
    return decoded(value) ?? value
  }
  return undefined
}

function checked(name: string | undefined): string | null {
  return name === undefined || name.length > MAX_NAME ? null : name
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
