import { parseRoute } from '../../../proxy/choose/parse-route.ts'
import type { Route } from '../../../proxy/choose/route.ts'

/** The route of a line of the routes file. */
export function someRoute(line = '* test'): Route {
  const route = parseRoute(line, { file: 'routes', line: 1, baseDirectory: '.' })?.route
  if (route === undefined) throw new Error(`no route in ${line}`)
  return route
}
