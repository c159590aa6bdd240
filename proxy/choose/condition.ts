import { toWire } from '../../shared/grip/wire-text.ts'
import { loadSigningKey, type SigningKey } from '../../shared/signing-key.ts'
import { readChoice, readHost, readInteger, type Warn } from './prop-values.ts'
import { lastValue, RouteLineError, type Props, type Section } from './route-line.ts'
import type { JsonpSettings, Route } from './route.ts'

/**
 * Reads the first section of a route line (GRIP 1.3, 1.4).
 *
 * @param baseDirectory what a `file:` key path is relative to
 * @param warn gets one message for each prop that is ignored
 * @throws {RouteLineError} when a prop has a value that makes the line unusable
 */
export function parseCondition(
  { value, props }: Section,
  baseDirectory: string,
  warn: Warn,
): Omit<Route, 'where' | 'targets'> {
  const domain = value === '' ? undefined : value.toLowerCase()
  const proto = readChoice(props, 'proto', ['http', 'ws'])
  const sslWord = readChoice(props, 'ssl', ['yes', 'no'])
  const ssl = sslWord && sslWord === 'yes'
  const pathBeg = lastValue(props, 'path_beg')
  if (pathBeg === '') throw new RouteLineError('path_beg cannot be empty')
  const replaceBeg = lastValue(props, 'replace_beg')
  const id = lastValue(props, 'id')
  return {
    id: id || generatedId(domain, proto, ssl, pathBeg),
    explicitId: Boolean(id),
    domain,
    proto,
    ssl,
    // Requests have their bytes one character each, as node:http reads them.
    pathBeg: toWire(pathBeg ?? ''),
    sigIss: lastValue(props, 'sig_iss'),
    sigKey: parseSigKey(lastValue(props, 'sig_key') ?? '', baseDirectory),
    prefix: lastValue(props, 'prefix') ?? '',
    origHeaders: props.has('orig_headers'),
    asHost: readHost(props, 'as_host', warn),
    pathRem: readInteger(props, 'path_rem', /^\d+$/, 10, warn) ?? 0,
    replaceBeg: replaceBeg === undefined ? undefined : toWire(replaceBeg),
    debug: props.has('debug'),
    autoCrossOrigin: props.has('aco'),
    jsonp: parseJsonp(props),
    session: props.has('session'),
    sockjs: wirePath(props, 'sockjs'),
    sockjsAsPath: wirePath(props, 'sockjs_as_path'),
    headers: (props.get('header') ?? []).map(parseHeader),
    noGrip: props.has('no_grip'),
    logLevel: readInteger(props, 'log_level', /^-?\d+$/, 10, warn),
  }
}

/** Undefined when the prop is missing or empty. */
function wirePath(props: Props, name: string): string | undefined {
  const path = lastValue(props, name)
  return path ? toWire(path) : undefined
}

// GRIP 1.4: the two words for ssl are the wrong way round in the reference as well.
function generatedId(
  domain: string | undefined,
  proto: Route['proto'],
  ssl: boolean | undefined,
  pathBeg: string | undefined,
): string {
  const sslWord = ssl === undefined ? '*' : ssl ? 'no-ssl' : 'ssl'
  return [domain ?? '*', proto ?? '*', sslWord, pathBeg ?? '*'].join(',')
}

function parseSigKey(text: string, baseDirectory: string): SigningKey | undefined {
  let sigKey: SigningKey | undefined
  try {
    sigKey = loadSigningKey(text, baseDirectory)
  } catch (error) {
    throw new RouteLineError(error instanceof Error ? error.message : String(error))
  }
  if (sigKey?.key.type === 'public') throw new RouteLineError('sig_key must be a secret or a private key')
  return sigKey
}

function parseHeader(text: string): readonly [string, string] {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0))
  const value = text.slice(colon + 1).replace(/^ +/, '')
  // A name or value that cannot be sent would fail every request of the route.
  const canBeSent = /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[\r\n\0]/.test(value)
  if (!canBeSent) throw new RouteLineError("header must use format 'name:value'")
  return [name, toWire(value)]
}

function parseJsonp(props: Props): JsonpSettings {
  const mode = readChoice(props, 'jsonp_mode', ['basic', 'extended']) ?? 'extended'
  return {
    mode,
    callbackParam: lastValue(props, 'jsonp_cb') || 'callback',
    bodyParam: lastValue(props, 'jsonp_body') || undefined,
    defaultCallback: lastValue(props, 'jsonp_defcb') || undefined,
    defaultMethod: lastValue(props, 'jsonp_defmethod') || (mode === 'basic' ? 'POST' : 'GET'),
  }
}
