import type { FilterContext, Verdict } from './filter.ts'
import { render } from './template.ts'
import { variables } from './variables.ts'

/** Puts the connection's metadata into the content: `%(name)s`. Throws FilterError (GRIP 4.7). */
export function varSubst({ subMeta }: FilterContext, content: Buffer): Verdict {
  // Only own properties: a content may name `constructor`.
  const valueOf = (name: string) => (Object.hasOwn(subMeta, name) ? subMeta[name] : undefined)
  return render(content, variables(valueOf))
}
