import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { resolveDotSegments } from '../../../proxy/choose/dot-segments.ts'
import { parseRoute } from '../../../proxy/choose/parse-route.ts'
import { RouteTable, type RouteRequest } from '../../../proxy/choose/route-table.ts'

function tableOf(lines: readonly string[], warn: (message: string) => void = assert.fail): RouteTable {
  const routes = lines.flatMap((text, index) => {
    const parsed = parseRoute(text, { file: 'routes', line: index + 1, baseDirectory: '/' })
    return parsed ? [parsed.route] : []
  })
  return new RouteTable(routes, warn)
}

/** The target of the chosen route. */
function chosen(table: RouteTable, request: Partial<RouteRequest>): string | undefined {
  const route = table.choose({ host: 'a', path: '/', isWebSocket: false, isHttps: false, ...request })
  return typeof route === 'object' ? route.targets[0]?.name : route
}

test('a host is found in any case, with its port, and as an IPv6 address', () => {
  const table = tableOf(['Example.com x:1', '::1 x:2', '* x:3'])
  for (const host of ['example.com', 'EXAMPLE.com', 'example.com:8080', 'example.com:']) {
    assert.equal(chosen(table, { host }), 'x:1')
  }
  for (const host of ['[::1]', '[::1]:80', '::1']) assert.equal(chosen(table, { host }), 'x:2')
  for (const host of ['', 'www.example.com', '[::2]:80', '[', '*']) assert.equal(chosen(table, { host }), 'x:3')
})

test('a host with routes of its own never gets a wildcard route', () => {
  const table = tableOf(['a,path_beg=/only x:1', '* x:2'])
  assert.equal(chosen(table, { path: '/only/this' }), 'x:1')
  assert.equal(chosen(table, { path: '/other' }), undefined)
  assert.equal(chosen(table, { host: 'b', path: '/other' }), 'x:2')
})

test('without a route for the host nothing is chosen', () => {
  assert.equal(chosen(tableOf(['b test']), {}), undefined)
  assert.equal(chosen(tableOf([',id=x test']), { host: '' }), undefined)
})

test('a path prefix is compared byte by byte, not by segment', () => {
  const table = tableOf(['a,path_beg=/foo x:1', 'a x:2'])
  assert.equal(chosen(table, { path: '/foobar' }), 'x:1')
  assert.equal(chosen(table, { path: '/FOO' }), 'x:2')
})

const preferences: [what: string, lines: string[], request: Partial<RouteRequest>, target: string][] = [
  ['proto wins over a longer path', ['a,path_beg=/foo x:1', 'a,proto=ws x:2'], { isWebSocket: true }, 'x:2'],
  [
    'proto wins over a longer path in either order',
    ['a,proto=ws x:1', 'a,path_beg=/foo x:2'],
    { isWebSocket: true },
    'x:1',
  ],
  ['the longer path wins', ['a,path_beg=/f x:1', 'a,path_beg=/foo x:2', 'a x:3'], {}, 'x:2'],
  ['a condition on ssl wins', ['a x:1', 'a,ssl=no x:2'], {}, 'x:2'],
  ['a condition on ssl stays', ['a,ssl=no x:1', 'a x:2'], {}, 'x:1'],
  ['a longer path wins over an earlier ssl', ['a,ssl=no x:1', 'a,path_beg=/foo x:2'], {}, 'x:2'],
  ['a later ssl wins even over a longer path', ['a,path_beg=/foo x:1', 'a,ssl=no x:2'], {}, 'x:2'],
  ['the earlier of two equals wins', ['a,path_beg=/foo,ssl=no x:1', 'a,path_beg=/fo,ssl=no x:2'], {}, 'x:1'],
  ['a route for the other protocol is passed over', ['a,proto=ws x:1', 'a x:2'], {}, 'x:2'],
  ['a route for https is passed over', ['a,ssl=yes x:1', 'a x:2'], {}, 'x:2'],
  ['a route for http is passed over', ['a,ssl=no x:1', 'a x:2'], { isHttps: true }, 'x:2'],
]

for (const [what, lines, request, target] of preferences) {
  test(what, () => assert.equal(chosen(tableOf(lines), { path: '/foobar', ...request }), target))
}

test('a route with the condition of an earlier one is skipped with a warning', () => {
  const warnings: string[] = []
  const table = tableOf(['a,id=one x:1', 'A,id=two x:2', 'a,proto=ws x:3'], (message) => warnings.push(message))
  assert.deepEqual(warnings, ['routes:2 skipping duplicate condition'])
  assert.equal(table.size, 2)
  assert.equal(chosen(table, {}), 'x:1')
  assert.equal(table.byId('two'), undefined)
})

test('routes without a domain are found by id and are no duplicates', () => {
  const table = tableOf([',id=one x:1', ',id=two x:2'])
  assert.equal(table.byId('one')?.targets[0]?.name, 'x:1')
  assert.equal(table.byId('two')?.targets[0]?.name, 'x:2')
})

test('an id used twice finds no route, but both are found by domain', () => {
  const table = tableOf(['a,id=one x:1', 'b,id=one x:2', 'c,id=one x:3'])
  assert.equal(table.byId('one'), undefined)
  assert.equal(chosen(table, { host: 'a' }), 'x:1')
  assert.equal(chosen(table, { host: 'b' }), 'x:2')
})

test('a generated id finds its route', () => {
  assert.equal(tableOf(['a,ssl=yes,path_beg=/x x:1']).byId('a,*,no-ssl,/x')?.domain, 'a')
})

const escaping = [
  '/open/../admin',
  '/open/%2e%2e/admin',
  '/open/.%2E/admin/',
  '/open/%2e./%2E/admin',
  '/open/./../admin',
]

for (const path of escaping) {
  test(`${path} cannot reach the admin backend through the open route`, () => {
    const table = tableOf(['a,path_beg=/open x:1', 'a,path_beg=/admin x:2', 'a x:3'])
    assert.equal(chosen(table, { path }), 'escapes')
  })
}

test('a path that leaves every route is refused as well, and so is one that comes into a route', () => {
  const table = tableOf(['a,path_beg=/open x:1'])
  assert.equal(chosen(table, { path: '/open/../other' }), 'escapes')
  assert.equal(chosen(table, { path: '/other/../open' }), 'escapes')
})

const harmless = [
  '/open/a/../b',
  '/open/.well-known/x',
  '/open/...',
  '/open//a',
  '/open/a/..',
  '/open/%2e',
  '/open/a%2e%2e/b',
]

for (const path of harmless) {
  test(`${path} stays within its route`, () => {
    assert.equal(chosen(tableOf(['a,path_beg=/open/ x:1', 'a x:2']), { path }), 'x:1')
  })
}

const resolutions: [path: string, resolved: string][] = [
  ['/', '/'],
  ['*', '*'],
  ['/..', '/'],
  ['/../../a', '/a'],
  ['/a/b/..', '/a/'],
  ['/a/.', '/a/'],
  ['/a/./b/../c', '/a/c'],
  ['/a//b', '/a//b'],
  ['/a//../b', '/a/b'],
  ['/a/%2E%2e/b%2e', '/b%2e'],
  ['/..a/b../.c', '/..a/b../.c'],
]

for (const [path, resolved] of resolutions) {
  test(`the dot segments of ${path} are resolved`, () => assert.equal(resolveDotSegments(path), resolved))
}

test('a resolved path has nothing left to resolve, and is what a URL parser makes of it', () => {
  const path = fc.array(fc.constantFrom('a', 'b.', '.', '..', '%2e', '.%2E', '')).map((parts) => `/${parts.join('/')}`)
  fc.assert(
    fc.property(path, (path) => {
      const resolved = resolveDotSegments(path)
      assert.equal(resolveDotSegments(resolved), resolved)
      assert.equal(resolved, new URL(`http://host${path}`).pathname)
    }),
  )
})
