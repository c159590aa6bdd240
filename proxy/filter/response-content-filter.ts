import { type IdContext, idRenderer } from './build-id.ts'

/** Changes a body that comes in pieces. Both throw FilterError. */
export interface BodyFilter {
  /** @returns what can be sent so far, which may be empty. */
  update(piece: Buffer): Buffer
  /** The body has ended; nothing is left to send. */
  finish(): void
}

/**
 * What runs over the body of a response with instructions, the first one or that of a next link; undefined when nothing does. Of all
 * filters only `build-id` does, once, however many channels ask for it (GRIP 4.7).
 * @param filters those of each channel. Throws FilterError when the connection's metadata will not do.
 */
export function responseContentFilter(
  filters: ReadonlyArray<readonly string[]>,
  context: IdContext,
): BodyFilter | undefined {
  return filters.some((names) => names.includes('build-id')) ? idRenderer(context) : undefined
}
