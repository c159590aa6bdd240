import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseRoute, type ParsedRoute } from '../../../proxy/choose/parse-route.ts'
import { RouteLineError } from '../../../proxy/choose/route-line.ts'
import type { Route, Target } from '../../../proxy/choose/route.ts'

const directory = mkdtempSync(join(tmpdir(), 'routes-'))
const { privateKey, publicKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
writeFileSync(join(directory, 'private.pem'), privateKey)
writeFileSync(join(directory, 'public.pem'), publicKey)

function parse(line: string): ParsedRoute {
  const parsed = parseRoute(line, { file: '/etc/routes', line: 7, baseDirectory: directory })
  assert.ok(parsed)
  return parsed
}

function targetOf(line: string): Target {
  const [target] = parse(`* ${line}`).route.targets
  assert.ok(target)
  return target
}

test('the shortest route has the documented defaults', () => {
  const { route, warnings } = parse('* test')
  const expected: Route = {
    where: '/etc/routes:7',
    id: '*,*,*,*',
    explicitId: false,
    domain: '*',
    proto: undefined,
    ssl: undefined,
    pathBeg: '',
    sigIss: undefined,
    sigKey: undefined,
    prefix: '',
    origHeaders: false,
    asHost: undefined,
    pathRem: 0,
    replaceBeg: undefined,
    debug: false,
    autoCrossOrigin: false,
    jsonp: {
      mode: 'extended',
      callbackParam: 'callback',
      bodyParam: undefined,
      defaultCallback: undefined,
      defaultMethod: 'GET',
    },
    session: false,
    sockjs: undefined,
    sockjsAsPath: undefined,
    headers: [],
    noGrip: false,
    logLevel: undefined,
    targets: [
      {
        kind: 'test',
        name: 'test',
        host: '',
        port: 0,
        endpoint: '',
        ssl: false,
        untrusted: false,
        trustConnectHost: false,
        insecure: false,
        asHost: undefined,
        subs: [],
        overHttp: false,
        oneEvent: false,
        ipcFileMode: undefined,
        clientCert: undefined,
        clientKey: undefined,
      },
    ],
  }
  assert.deepEqual(route, expected)
  assert.deepEqual(warnings, [])
})

test('blank lines and comments are no routes', () => {
  for (const line of ['', '  ', '# test']) {
    assert.equal(parseRoute(line, { file: 'f', line: 1, baseDirectory: directory }), undefined)
  }
})

const conditions: [condition: string, expected: Partial<Route>][] = [
  ['Example.COM', { domain: 'example.com', id: 'example.com,*,*,*' }],
  [',path_beg=/x', { domain: undefined, id: '*,*,*,/x' }],
  ['a,proto=ws,ssl=yes,path_beg=/p', { proto: 'ws', ssl: true, pathBeg: '/p', id: 'a,ws,no-ssl,/p' }],
  ['a,proto=http,ssl=no', { proto: 'http', ssl: false, id: 'a,http,ssl,*' }],
  ['a,ssl=maybe,ssl=yes', { ssl: true }],
  ['a,id=mine', { id: 'mine', explicitId: true }],
  ['a,id=', { id: 'a,*,*,*', explicitId: false }],
  ['a,sig_iss=me,prefix=x-', { sigIss: 'me', prefix: 'x-' }],
  ['a,orig_headers,debug,no_grip', { origHeaders: true, debug: true, noGrip: true }],
  ['a,debug=false', { debug: true }],
  ['a,as_host=b', { asHost: { host: 'b', port: undefined } }],
  ['a,as_host=b:81', { asHost: { host: 'b', port: 81 } }],
  ['a,as_host=[::1]:81', { asHost: { host: '::1', port: 81 } }],
  ['a,path_rem=4', { pathRem: 4 }],
  ['a,path_beg=/x,replace_beg=', { pathBeg: '/x', replaceBeg: '' }],
  [
    'a,header="X-One: 1 ",header=X-Two:,header=X-One:b:c',
    {
      headers: [
        ['X-One', '1 '],
        ['X-Two', ''],
        ['X-One', 'b:c'],
      ],
    },
  ],
  ['a,log_level=0', { logLevel: 0 }],
  ['a,unknown=1', { domain: 'a' }],
]

for (const [condition, expected] of conditions) {
  test(`the condition ${condition} is read`, () => {
    const { route, warnings } = parse(`${condition} test`)
    assert.deepEqual({ ...route, ...expected }, route)
    assert.deepEqual(warnings, [])
  })
}

test('a JSON-P route of mode basic posts by default', () => {
  const { jsonp } = parse('a,jsonp_mode=basic,jsonp_cb=c,jsonp_body=b,jsonp_defcb=d test').route
  assert.deepEqual(jsonp, {
    mode: 'basic',
    callbackParam: 'c',
    bodyParam: 'b',
    defaultCallback: 'd',
    defaultMethod: 'POST',
  })
})

test('a key file is looked for beside the routes file', () => {
  assert.equal(parse('a,sig_key=file:private.pem test').route.sigKey?.algorithm, 'ES256')
})

const targets: [target: string, expected: Partial<Target>][] = [
  ['localhost:80', { kind: 'http', name: 'localhost:80', host: 'localhost', port: 80 }],
  ['[::1]:65535', { kind: 'http', name: '[::1]:65535', host: '::1', port: 65535 }],
  ['test:80', { kind: 'http', name: 'test:80', host: 'test', port: 80 }],
  ['a:1,ssl=no,untrusted', { ssl: true, untrusted: true }],
  ['a:1,trust_connect_host,insecure', { trustConnectHost: true, insecure: true }],
  ['a:1,host=b', { asHost: { host: 'b', port: undefined } }],
  ['a:1,host=b:82', { asHost: { host: 'b', port: 82 } }],
  ['test,sub=x,sub=,sub=y', { subs: ['x', 'y'] }],
  ['test,ipc_file_mode=777', { ipcFileMode: 0o777 }],
  ['zhttp/tcp://127.0.0.1:1', { kind: 'zhttp', name: 'zhttp/tcp://127.0.0.1:1', endpoint: 'tcp://127.0.0.1:1' }],
  ['zhttpreq/ipc:///x', { kind: 'zhttpreq', name: 'zhttpreq/ipc:///x', endpoint: 'ipc:///x' }],
]

for (const [target, expected] of targets) {
  test(`the target ${target} is read`, () => {
    const read = targetOf(target)
    assert.deepEqual({ ...read, ...expected }, read)
  })
}

test('targets keep the order of the line', () => {
  const { targets } = parse('* a:1 test b:2').route
  assert.deepEqual(
    targets.map(({ name }) => name),
    ['a:1', 'test', 'b:2'],
  )
})

test('a client key is read when the routes load', () => {
  assert.equal(targetOf(`a:1,client_key=${join(directory, 'private.pem')}`).clientKey, privateKey)
})

const refusals: [line: string, message: string | RegExp][] = [
  ['a', 'must specify condition and at least one target'],
  ['a,proto=x test', "proto must be set to 'http' or 'ws'"],
  ['a,proto=ws,proto test', "proto must be set to 'http' or 'ws'"],
  ['a,ssl=true test', "ssl must be set to 'yes' or 'no'"],
  ['a,path_beg= test', 'path_beg cannot be empty'],
  ['a,jsonp_mode=x test', "jsonp_mode must be set to 'basic' or 'extended'"],
  ['a,header=x test', "header must use format 'name:value'"],
  ['a,header=:x test', "header must use format 'name:value'"],
  ['a,header="X Y:1" test', "header must use format 'name:value'"],
  ['a,header="X:1\r" test', "header must use format 'name:value'"],
  ['a,sig_key=file:none.pem test', /^unable to use signing key file .*none\.pem: ENOENT/],
  ['a,sig_key=file:public.pem test', 'sig_key must be a secret or a private key'],
  ['a host', 'target bad format'],
  ['a [::1]', 'target bad format'],
  ['a [x]:80', 'target bad format'],
  ['a :80', 'target bad format'],
  ['a ,ssl', 'target bad format'],
  ['a zhttp/', 'target bad format'],
  ['a zhttp/x', 'target bad format'],
  ['a zhttp/ipc://', 'target bad format'],
  [`a zhttp/ipc:///${'x'.repeat(96)}`, 'target bad format'],
  ['a zhttpreq/tcp://127.0.0.1', 'target bad format'],
  ['a zhttpreq/tcp://127.0.0.1:0', 'target invalid port'],
  ['a zhttp/tcp://127.0.0.1:65534', 'target invalid port'],
  ['a host:', 'target invalid port'],
  ['a host:0', 'target invalid port'],
  ['a host:65536', 'target invalid port'],
  ['a host:+80', 'target invalid port'],
  ['a http://host:80', 'target invalid port'],
  ['a ::1:80', 'target invalid port'],
  ['a test host', 'target bad format'],
  [`a b:1,client_cert=${join(directory, 'none')} test`, /^failed to open .*none: ENOENT/],
  [`a b:1,client_cert=${directory} test`, /^failed to read .*: EISDIR/],
  [`a b:1,client_cert=${join(directory, 'public.pem')} test`, /^failed to read .*public\.pem: /],
]

for (const [line, message] of refusals) {
  test(`the line ${JSON.stringify(line.replace(directory, 'DIR'))} is refused`, () => {
    assert.throws(() => parse(line), { name: 'RouteLineError', message })
  })
}

const reports: [line: string, messages: string[]][] = [
  ['a,path_rem=-1 test', ["'path_rem' must be a whole number and is ignored"]],
  ['a,log_level=high test', ["'log_level' must be a whole number and is ignored"]],
  ['a,as_host=b:x test', ["'as_host' must use format 'host' or 'host:port' and is ignored"]],
  ['a test,ipc_file_mode=9', ["'ipc_file_mode' must be an octal number and is ignored"]],
]

for (const [line, messages] of reports) {
  test(`the route ${line} loads with a warning`, () => {
    const { warnings } = parse(line)
    assert.equal(warnings.length, messages.length)
    for (const [index, message] of messages.entries()) {
      assert.ok(warnings[index]?.startsWith(`/etc/routes:7: ${message}`), warnings[index])
    }
  })
}

test('a line of arbitrary words is a route or is refused, and nothing else', () => {
  const word = fc.constantFrom(
    'a',
    '*',
    ' ',
    ' ',
    ',',
    '=',
    'test',
    'b:80',
    ':',
    '[',
    ']',
    'proto=ws',
    'header',
    'as_host',
    '"',
    '1',
  )
  fc.assert(
    fc.property(fc.array(word), (words) => {
      try {
        const parsed = parseRoute(words.join(''), { file: 'f', line: 1, baseDirectory: directory })
        if (parsed) assert.ok(parsed.route.targets.length > 0)
      } catch (error) {
        assert.ok(error instanceof RouteLineError)
      }
    }),
  )
})

test('SockJS is where the prefix says, its bytes one character each; an empty one is none', () => {
  const { route, warnings } = parse('*,sockjs=/ü,sockjs_as_path=/as test')
  assert.deepEqual([route.sockjs, route.sockjsAsPath, warnings], ['/\xc3\xbc', '/as', []])
  assert.deepEqual([parse('*,sockjs= test').route.sockjs, parse('*,sockjs test').route.sockjs], [undefined, undefined])
})
