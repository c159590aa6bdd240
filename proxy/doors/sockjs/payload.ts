import { isUtf8 } from 'node:buffer'

/** Finds in a request what its client sends. @param query with its question mark */
export type PayloadReader = (body: Buffer, query: string) => string

/** By the last part of a request's path. */
export function payloadReader(name: string): PayloadReader | undefined {
  if (name === 'xhr_send') return wholeBody
  return name === 'jsonp_send' ? formField : undefined
}

/** What is not UTF-8 is no JSON. */
const wholeBody: PayloadReader = (body) => (isUtf8(body) ? body.toString() : '')

/** A form that a browser posts, or its fields in the URL. */
const formField: PayloadReader = (body, query) =>
  new URLSearchParams(body.length > 0 ? body.toString() : query).get('d') ?? ''
