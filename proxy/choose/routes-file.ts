import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { FileWatch } from './file-watch.ts'
import { parseRoute } from './parse-route.ts'
import { RouteLineError } from './route-line.ts'
import { RouteTable } from './route-table.ts'
import type { Route } from './route.ts'

/** Where the routes come from (GRIP 1.1). */
export interface RoutesOptions {
  /** Absolute path. */
  readonly routesFile: string | undefined
  /** Absolute path of a file of `DOMAIN HOST:PORT...` lines, as Pushpin had in 2012; its routes come last. */
  readonly domainsFile: string | undefined
  /** If there are any, they are all the routes: no file is read or watched. */
  readonly routeLines: readonly string[]
}

/** What is told to the operator. */
export interface RoutesLog {
  info(message: string): void
  warn(message: string): void
}

/** The routes in use, and the watch on their files. */
export interface Routes {
  /** Reads the files again at once, as on SIGHUP. */
  reload(): void
  /** Ends the watch; no table comes after it. */
  close(): void
}

/** Milliseconds from the first sign of a change to the reload: an editor's several writes become one. */
const RELOAD_DELAY = 1000

/**
 * Loads the routes and keeps them up to date (GRIP 1.8).
 *
 * @param onTable gets the first table before this returns, and a new one after each reload
 * @throws {Error} one sentence, when a line of `routeLines` cannot be used
 */
export function openRoutes(options: RoutesOptions, log: RoutesLog, onTable: (table: RouteTable) => void): Routes {
  if (options.routeLines.length === 0) return new WatchedRoutes(options, log, onTable)
  const routes = options.routeLines.map((line) => parseOption(line, log))
  onTable(new RouteTable(routes, (message) => log.warn(message)))
  return { reload: () => undefined, close: () => undefined }
}

interface RoutesFile {
  readonly kind: 'routes' | 'domains'
  readonly path: string
  readonly watch: FileWatch
  /** What the file held when it could last be read. */
  routes: readonly Route[]
}

class WatchedRoutes implements Routes {
  readonly #files: RoutesFile[] = []
  readonly #log: RoutesLog
  readonly #onTable: (table: RouteTable) => void
  #pending: NodeJS.Timeout | undefined

  constructor({ routesFile, domainsFile }: RoutesOptions, log: RoutesLog, onTable: (table: RouteTable) => void) {
    this.#log = log
    this.#onTable = onTable
    if (routesFile !== undefined) this.#add('routes', routesFile)
    if (domainsFile !== undefined) this.#add('domains', domainsFile)
    if (!this.#readFiles()) onTable(new RouteTable([], () => undefined))
  }

  reload(): void {
    clearTimeout(this.#pending)
    this.#pending = undefined
    this.#readFiles()
  }

  close(): void {
    clearTimeout(this.#pending)
    for (const { watch } of this.#files) watch.close()
  }

  #add(kind: RoutesFile['kind'], path: string): void {
    const watch = new FileWatch(
      path,
      () => this.#scheduleReload(),
      (message) => this.#log.warn(message),
    )
    this.#files.push({ kind, path, watch, routes: [] })
  }

  #scheduleReload(): void {
    if (this.#pending) return
    this.#log.info('routes file changed, reloading')
    this.#pending = setTimeout(() => this.reload(), RELOAD_DELAY).unref()
  }

  /** Hands over a new table, unless no file could be read: then the old one stays. */
  #readFiles(): boolean {
    const read = this.#files.filter((file) => this.#readFile(file))
    if (read.length === 0) return false
    const routes = this.#files.flatMap((file) => file.routes)
    const table = new RouteTable(routes, (message) => this.#log.warn(message))
    this.#onTable(table)
    this.#log.info(`routes loaded with ${table.size} entries`)
    return true
  }

  #readFile(file: RoutesFile): boolean {
    file.watch.renew()
    let text: string
    try {
      text = readFileSync(file.path, 'utf8')
    } catch {
      this.#log.warn(`unable to open ${file.kind} file: ${file.path}`)
      return false
    }
    file.routes = parseLines(text, file, this.#log)
    return true
  }
}

function parseLines(text: string, { kind, path }: RoutesFile, log: RoutesLog): Route[] {
  const routes: Route[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    try {
      const parsed = parseRoute(line, { file: path, line: index + 1, baseDirectory: dirname(path) })
      if (!parsed) continue
      for (const warning of parsed.warnings) log.warn(warning)
      routes.push(parsed.route)
    } catch (error) {
      if (!(error instanceof RouteLineError)) throw error
      // The domains file of 2012 was read without a word about its bad lines.
      if (kind === 'routes') log.warn(`${path}:${index + 1}: ${error.message}`)
    }
  }
  return routes
}

/** Reads a `--route` line. One that gives no route would leave the gateway with fewer than the operator asked for. */
function parseOption(line: string, log: RoutesLog): Route {
  try {
    const parsed = parseRoute(line, { file: '<route>', line: 1, baseDirectory: process.cwd() })
    if (!parsed) throw new RouteLineError('must specify condition and at least one target')
    for (const warning of parsed.warnings) log.warn(warning)
    return parsed.route
  } catch (error) {
    if (!(error instanceof RouteLineError)) throw error
    throw new Error(`<route>:1: ${error.message}`, { cause: error })
  }
}
