import { type FilterContext, FilterError, type Verdict } from './filter.ts'
import { type Expand, TemplateRenderer, render } from './template.ts'
import { variables } from './variables.ts'

/** Puts an id that is made of the channels' last ids into the content: `%I`. Throws FilterError (GRIP 4.7). */
export function buildId(context: FilterContext, content: Buffer): Verdict {
  return render(content, ids(context))
}

/** The same for a content that comes in pieces; throws FilterError at once when the metadata will not do. */
export function idRenderer(context: IdContext): TemplateRenderer {
  return new TemplateRenderer(ids(context))
}

export type IdContext = Pick<FilterContext, 'subMeta' | 'prevIds'>

/** The directives `%I`, the connection's id, and `%(text)I`, another one. */
function ids(context: IdContext): Expand {
  const format = context.subMeta['id_format']
  if (format === undefined) throw new FilterError("no sub meta 'id_format'")
  const defaultId = renderId(format, context.prevIds)
  const encode = encoder(context.subMeta['id_encoding'])
  const encodedDefault = defaultId === undefined ? undefined : encode(defaultId)
  return (directive, argument, fail) => {
    if (directive !== 'I') return fail(`Unknown directive '${directive}'`)
    if (argument !== '') return encode(Buffer.from(argument, 'latin1'))
    return encodedDefault ?? fail('No ID specified and no default ID in context')
  }
}

function renderId(format: string, prevIds: IdContext['prevIds']): Buffer | undefined {
  if (prevIds.size === 0) return undefined
  try {
    return render(
      Buffer.from(format),
      variables((channel) => prevIds.get(channel)),
    )
  } catch (error) {
    if (error instanceof FilterError) throw new FilterError(`failed to render ID: ${error.message}`)
    throw error
  }
}

function encoder(encoding: string | undefined): (id: Buffer) => Buffer {
  if (encoding === undefined) return (id) => id
  if (encoding === 'hex') return (id) => Buffer.from(id.toString('hex'))
  throw new FilterError(`unsupported encoding: ${encoding}`)
}
