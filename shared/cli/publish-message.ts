import { isUtf8 } from 'node:buffer'
import type { TnetInput } from '../tnetstring.ts'
import { PublishError } from './publish-error.ts'

/** What the command line says about the item, as it was typed. */
export interface MessageOptions {
  readonly id?: string
  readonly prevId?: string
  readonly sender?: string
  readonly code: string
  /** `NAME: VALUE` each. */
  readonly header: readonly string[]
  /** `NAME=VALUE` each. */
  readonly meta: readonly string[]
  readonly hint?: boolean
  readonly close?: boolean
  readonly patch?: boolean
  /** false for `--no-seq`. */
  readonly seq: boolean
  /** false for `--no-eol`. */
  readonly eol: boolean
}

export interface MessageContent {
  readonly bytes: Buffer
  /** A file's bytes are published as they are; to text, HTTP bodies get a line end. */
  readonly fromFile: boolean
}

/** JSON has no byte strings: bytes that are not UTF-8 go into another field, as base64 (GRIP 4.2). */
export type Carrier = 'json' | 'tnetstring'

/** An item as it goes over the wire: for `json` it has no Buffers in it. */
export interface WireItem {
  readonly [field: string]: TnetInput
}

/**
 * Makes the item that `pushpin-publish` sends (GRIP 5.5).
 * @param content undefined when the command line has none.
 * @throws PublishError
 */
export function publishMessage(
  channel: string,
  content: MessageContent | undefined,
  options: MessageOptions,
  carrier: Carrier,
): WireItem {
  const meta = itemMeta(options)
  return {
    channel,
    ...(options.id === undefined ? {} : { id: options.id }),
    ...(options.prevId === undefined ? {} : { 'prev-id': options.prevId }),
    ...(options.seq ? {} : { 'no-seq': true }),
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
    formats: formats(content, options, carrier),
  }
}

function itemMeta(options: MessageOptions): Record<string, string> {
  const pairs = options.meta.map((text) => split(text, '=', 'meta must be in the form "name=value"'))
  if (options.sender !== undefined) pairs.push(['sender', options.sender])
  return Object.fromEntries(pairs)
}

function formats(content: MessageContent | undefined, options: MessageOptions, carrier: Carrier): WireItem {
  if (options.hint === true) return actions('hint', ['http-response', 'http-stream', 'ws-message'])
  if (options.close === true) return actions('close', ['http-stream', 'ws-message'])
  if (content === undefined) throw new PublishError('must specify content')
  const response = { code: statusCode(options.code), ...responseHeaders(options.header) }
  if (options.patch === true) return { 'http-response': { ...response, 'body-patch': parsePatch(content.bytes) } }

  const lines = options.eol && !content.fromFile ? Buffer.concat([content.bytes, Buffer.from('\n')]) : content.bytes
  return {
    'http-response': { ...response, ...bytesField('body', lines, carrier) },
    'http-stream': bytesField('content', lines, carrier),
    'ws-message': webSocketContent(content.bytes, carrier),
  }
}

function actions(action: string, names: readonly string[]): WireItem {
  return Object.fromEntries(names.map((name) => [name, { action }]))
}

function statusCode(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new PublishError('code must be an integer between 0 and 999')
  return Number(text)
}

function responseHeaders(lines: readonly string[]): WireItem {
  if (lines.length === 0) return {}
  return { headers: lines.map((line) => split(line, ':', 'header must be in the form "name: value"')) }
}

function split(text: string, separator: string, problem: string): [name: string, value: string] {
  const at = text.indexOf(separator)
  const name = text.slice(0, Math.max(at, 0)).trim()
  if (name === '') throw new PublishError(problem)
  const value = text.slice(at + 1)
  return [name, separator === ':' ? value.trim() : value]
}

function parsePatch(bytes: Buffer): TnetInput[] {
  try {
    const patch: unknown = JSON.parse(bytes.toString())
    if (Array.isArray(patch)) return patch
  } catch {
    // Told like the rest of what is no array.
  }
  throw new PublishError('patch content must be a JSON array')
}

function bytesField(name: string, bytes: Buffer, carrier: Carrier): WireItem {
  if (carrier === 'tnetstring') return { [name]: bytes }
  return isUtf8(bytes) ? { [name]: bytes.toString() } : { [`${name}-bin`]: bytes.toString('base64') }
}

/** Also in a tnetstring, `content-bin` is what makes a WebSocket message a binary one (GRIP 4.5). */
function webSocketContent(bytes: Buffer, carrier: Carrier): WireItem {
  if (carrier === 'tnetstring' && !isUtf8(bytes)) return { 'content-bin': bytes }
  return bytesField('content', bytes, carrier)
}
