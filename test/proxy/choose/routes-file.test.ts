import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openRoutes, type RoutesOptions } from '../../../proxy/choose/routes-file.ts'
import type { RouteTable } from '../../../proxy/choose/route-table.ts'

const root = mkdtempSync(join(tmpdir(), 'routes-'))
after(() => rmSync(root, { recursive: true }))

function newDirectory(files: Record<string, string> = {}): string {
  const directory = mkdtempSync(join(root, 'd'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content)
  return directory
}

/** Opens routes and keeps what an operator and the proxy get from them. */
function open(options: Partial<RoutesOptions>) {
  const messages: string[] = []
  const tables: RouteTable[] = []
  let onNext: (() => void) | undefined
  const log = {
    info: (message: string) => void messages.push(message),
    warn: (message: string) => void messages.push(`warning: ${message}`),
  }
  const routes = openRoutes(
    { routesFile: undefined, domainsFile: undefined, routeLines: [], ...options },
    log,
    (table) => {
      tables.push(table)
      onNext?.()
    },
  )
  /** The target of the route for a host. */
  const target = (host: string): string | undefined => {
    const route = tables.at(-1)?.choose({ host, path: '/', isWebSocket: false, isHttps: false })
    return typeof route === 'object' ? route.targets[0]?.name : route
  }
  /** Waits until the route for a host leads to a target. */
  const leadsTo = (host: string, name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`${host} leads to ${target(host)}, not ${name}`)), 10_000)
      onNext = () => {
        if (target(host) !== name) return
        clearTimeout(deadline)
        resolve()
      }
      onNext()
    })
  return { reload: () => routes.reload(), close: () => routes.close(), messages, tables, target, leadsTo }
}

test('a routes file loads without its bad lines, and says which they are', () => {
  const directory = newDirectory({ routes: '\uFEFFa x:1\r\n\n# comment\nb\nc x\na x:2\nd,path_rem=-1 x:3\nb x:4' })
  const path = join(directory, 'routes')
  const routes = open({ routesFile: path })
  routes.close()
  assert.deepEqual(routes.messages, [
    `warning: ${path}:4: must specify condition and at least one target`,
    `warning: ${path}:5: target bad format`,
    `warning: ${path}:7: 'path_rem' must be a whole number and is ignored`,
    `warning: ${path}:6 skipping duplicate condition`,
    'routes loaded with 3 entries',
  ])
  assert.equal(routes.tables.length, 1)
  assert.equal(routes.target('a'), 'x:1')
  assert.equal(routes.target('b'), 'x:4')
})

test('without a routes file the gateway starts with no routes', () => {
  const path = join(newDirectory(), 'routes')
  const routes = open({ routesFile: path })
  routes.close()
  assert.deepEqual(routes.messages, [`warning: unable to open routes file: ${path}`])
  assert.equal(routes.tables[0]?.size, 0)
})

test('with --route lines no file is read', () => {
  const routes = open({ routeLines: ['a x:1', 'b,path_rem=-1 x:2'], routesFile: '/nowhere', domainsFile: '/nowhere' })
  routes.reload()
  assert.deepEqual(routes.messages, ["warning: <route>:1: 'path_rem' must be a whole number and is ignored"])
  assert.equal(routes.target('a'), 'x:1')
  assert.equal(routes.target('b'), 'x:2')
})

for (const line of ['', '# comment', 'a']) {
  test(`the --route line ${JSON.stringify(line)} prevents the start`, () => {
    assert.throws(() => open({ routeLines: ['* test', line] }), {
      message: '<route>:1: must specify condition and at least one target',
    })
  })
}

test('a domains file of 2012 comes after the routes file, and its bad lines are passed over in silence', () => {
  const directory = newDirectory({ routes: 'a x:1\n', domains: 'a y:1\nb y:2 y:3\nc\nd nothing\n' })
  const routes = open({ routesFile: join(directory, 'routes'), domainsFile: join(directory, 'domains') })
  routes.close()
  assert.deepEqual(routes.messages, [
    `warning: ${join(directory, 'domains')}:1 skipping duplicate condition`,
    'routes loaded with 2 entries',
  ])
  assert.equal(routes.target('a'), 'x:1')
  assert.equal(routes.target('b'), 'y:2')
})

test('a reload on request is immediate', () => {
  const path = join(newDirectory({ routes: 'a x:1' }), 'routes')
  const routes = open({ routesFile: path })
  const before = routes.tables[0]
  writeFileSync(path, 'a x:2')
  routes.reload()
  routes.close()
  assert.equal(routes.target('a'), 'x:2')
  const kept = before?.choose({ host: 'a', path: '/', isWebSocket: false, isHttps: false })
  assert.equal(typeof kept === 'object' && kept.targets[0]?.name, 'x:1')
})

test('the routes stay when the file is gone at a reload', () => {
  const path = join(newDirectory({ routes: 'a x:1' }), 'routes')
  const routes = open({ routesFile: path })
  rmSync(path)
  routes.reload()
  routes.close()
  assert.equal(routes.tables.length, 1)
  assert.equal(routes.messages.at(-1), `warning: unable to open routes file: ${path}`)
})

test('a routes file in a directory that is not there is reported as unwatched', () => {
  const routes = open({ routesFile: join(root, 'none', 'routes') })
  routes.close()
  assert.match(routes.messages[0] ?? '', /^warning: unable to watch .*none for changes: ENOENT/)
})

describe('a change is taken over without a restart', { concurrency: true }, () => {
  test('several writes to the file become one reload, a second after the first', async () => {
    const path = join(newDirectory({ routes: 'a x:1' }), 'routes')
    const routes = open({ routesFile: path })
    const start = performance.now()
    for (const target of ['x:2', 'x:3', 'x:4']) writeFileSync(path, `a ${target}`)
    await routes.leadsTo('a', 'x:4')
    routes.close()
    // Timers and the clock may differ by a millisecond.
    assert.ok(performance.now() - start >= 998)
    assert.equal(routes.tables.length, 2)
    assert.deepEqual(routes.messages.slice(1), ['routes file changed, reloading', 'routes loaded with 1 entries'])
  })

  test('an editor replaces the file by a rename, twice', async () => {
    const directory = newDirectory({ routes: 'a x:1' })
    const routes = open({ routesFile: join(directory, 'routes') })
    for (const target of ['x:2', 'x:3']) {
      writeFileSync(join(directory, 'routes.new'), `a ${target}`)
      renameSync(join(directory, 'routes.new'), join(directory, 'routes'))
      await routes.leadsTo('a', target)
    }
    routes.close()
  })

  test('the file appears later', async () => {
    const path = join(newDirectory(), 'routes')
    const routes = open({ routesFile: path })
    writeFileSync(path, 'a x:1')
    await routes.leadsTo('a', 'x:1')
    routes.close()
  })

  test('the domains file changes', async () => {
    const directory = newDirectory({ routes: 'a x:1', domains: 'b x:2' })
    const routes = open({ routesFile: join(directory, 'routes'), domainsFile: join(directory, 'domains') })
    writeFileSync(join(directory, 'domains'), 'b x:3')
    await routes.leadsTo('b', 'x:3')
    routes.close()
    assert.equal(routes.target('a'), 'x:1')
  })

  test('a link on the way to the file is turned, as Kubernetes does, and then the file is written', async () => {
    const directory = newDirectory()
    for (const version of ['1', '2']) {
      mkdirSync(join(directory, version))
      writeFileSync(join(directory, version, 'routes'), `a x:${version}`)
    }
    symlinkSync('1', join(directory, 'data'))
    symlinkSync('data/routes', join(directory, 'routes'))
    const routes = open({ routesFile: join(directory, 'routes') })
    assert.equal(routes.target('a'), 'x:1')
    symlinkSync('2', join(directory, 'data.new'))
    renameSync(join(directory, 'data.new'), join(directory, 'data'))
    await routes.leadsTo('a', 'x:2')
    writeFileSync(join(directory, '2', 'routes'), 'a x:3')
    await routes.leadsTo('a', 'x:3')
    routes.close()
  })
})
