import { fromWire } from '../../shared/grip/wire-text.ts'
import type { Expand } from './template.ts'

/** The directive `%(name)s`: the value of a variable as UTF-8, which may be empty (GRIP 4.7). */
export function variables(valueOf: (name: string) => string | undefined): Expand {
  return (directive, argument, fail) => {
    if (directive !== 's') return fail(`Unknown directive '${directive}'`)
    if (argument === '') return fail("Directive 's' requires argument")
    const name = fromWire(argument)
    const value = valueOf(name)
    return value === undefined ? fail(`No such variable '${name}'`) : Buffer.from(value)
  }
}
