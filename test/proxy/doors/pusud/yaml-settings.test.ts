import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSettings } from '../../../../proxy/doors/pusud/access/yaml-settings.ts'
import type { AccessSettings } from '../../../../proxy/doors/pusud/access/access-settings.ts'
import { ConfigError } from '../../../../shared/config/config-error.ts'

const ORIGINAL = `authenticator: None
relays:
  - relay-1.example.com
client_port: 55000
network_port: 55001
allowed_channels:
  - auction.*
  - users.*
passwords:
  - Password1:
    - valid.*
    - channels.*
  - Password2:
    - "*"
allow_read_by_default: true
jwt_signing_algorithms:
  - HS256
jwt_verification_key: secret
`

function parse(content: string): { settings: AccessSettings; warnings: readonly string[] } {
  const warnings: string[] = []
  const settings = parseSettings(content, '/etc/pusud/settings.yaml', (sentence) => warnings.push(sentence))
  return { settings, warnings }
}

test('a settings file of the original is read, with what it does not do', () => {
  const { settings, warnings } = parse(ORIGINAL)
  assert.deepEqual(settings, {
    authenticator: 'None',
    allowedChannels: ['auction.*', 'users.*'],
    allowReadByDefault: true,
    passwords: [
      ['Password1', ['valid.*', 'channels.*']],
      ['Password2', ['*']],
    ],
    verificationKey: 'secret',
    algorithms: ['HS256'],
    httpUrl: '',
    directory: '/etc/pusud',
  })
  assert.deepEqual(warnings, ['/etc/pusud/settings.yaml: relays has no effect'])
})

const forms = [
  'passwords: {007: [a, b.*], no: c}',
  'passwords:\n  007: [a, b.*]\n  no: c',
  'passwords:\n- 007: [a, b.*]\n- no: c',
  'passwords:\n  - 007:\n    - a\n    - b.*\n  - no:\n    - c',
]

for (const form of forms) {
  test(`passwords are read in the form ${JSON.stringify(form)}`, () => {
    const { settings } = parse(`authenticator: PasswordAuthenticator\n${form}`)
    assert.deepEqual(settings.passwords, [
      ['007', ['a', 'b.*']],
      ['no', ['c']],
    ])
  })
}

const mistakes: [content: string, message: string][] = [
  ['', 'must have keys and values'],
  ['just text', 'must have keys and values'],
  ['client_port: 1', 'authenticator must be one of None, PasswordAuthenticator, JWT, HTTP'],
  ['authenticator: MyAuthenticator', 'authenticator must be one of None, PasswordAuthenticator, JWT, HTTP'],
  ['authenticator: None\npasswords: secret', 'passwords must be passwords with lists of patterns'],
  ['authenticator: None\npasswords: {secret: {a: b}}', 'passwords must be passwords with lists of patterns'],
  ['authenticator: None\nallowed_channels: {a: b}', 'allowed_channels must be a list of patterns'],
  ['authenticator: None\nallow_read_by_default: 1', 'allow_read_by_default must be true or false'],
  ['authenticator: None\nallowed_channels: [*secret]', 'is not YAML: a text that begins with * needs quotes'],
]

for (const [content, message] of mistakes) {
  test(`${JSON.stringify(content)} is refused, without its values`, () => {
    assert.throws(() => parse(content), new ConfigError(`/etc/pusud/settings.yaml: ${message}`))
  })
}

test('what is not YAML is refused with its line, without its text', () => {
  assert.throws(
    () => parse('authenticator: None\npasswords:\n  secret: ["a'),
    /^ConfigError: \/etc\/pusud\/settings\.yaml:3: is not YAML \([A-Z_]+\)$/,
  )
})
