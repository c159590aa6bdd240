import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { Certificates } from '../../../proxy/accept/tls.ts'

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkoRMpKWEEcwI61zq
dF/2jR/Q6F6hONxrWjFwykNxbe2hRANCAATSwPfIpCPa10TqRq4qAljeBBE9mNKN
WzsPHn4MGgT1SwLjw56QYah+71TQnRveeShgbOPwbi1xWLFMSY8UgBYk
-----END PRIVATE KEY-----
`

const CERT = `-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUf50B2bGFYKAJ37zQgV5oEe293s4wCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjEwOTU5NTdaGA8yMTI2MTAyODA5NTk1
N1owDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNLA
98ikI9rXROpGrioCWN4EET2Y0o1bOw8efgwaBPVLAuPDnpBhqH7vVNCdG955KGBs
4/BuLXFYsUxJjxSAFiSjUzBRMB0GA1UdDgQWBBSPJCAMRvxt7WlpLOvsweFOq8+R
BDAfBgNVHSMEGDAWgBSPJCAMRvxt7WlpLOvsweFOq8+RBDAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIAW+jcMAhnriGawlTbXLDfCAiMoxWZNV57bq
p/bpxd06AiBhU3Iz1D+posIwWLxvw5csDkPajRe46UF0H3PXhcf38Q==
-----END CERTIFICATE-----
`

const root = mkdtempSync(join(tmpdir(), 'tls-'))
after(() => rmSync(root, { recursive: true }))

let directory = ''
let directories = 0
beforeEach(() => {
  directory = join(root, String(++directories), 'certs')
  mkdirSync(directory, { recursive: true })
})

function certificates(...names: string[]): Certificates {
  for (const name of names) {
    writeFileSync(join(directory, `${name}.crt`), CERT)
    writeFileSync(join(directory, `${name}.key`), KEY)
  }
  return new Certificates(directory)
}

function touch(name: string): void {
  utimesSync(join(directory, `${name}.crt`), new Date(), new Date(Date.now() + 60_000))
}

const choices: [name: string | undefined, file: string][] = [
  ['www.example.com', 'www.example.com'],
  ['WWW.Example.COM', 'www.example.com'],
  ['api.example.com', '_.example.com'],
  ['a.b.example.com', 'default_443'],
  ['example.com', 'default_443'],
  ['other.net', 'default_443'],
  ['..', 'default_443'],
  ['../secret', 'default_443'],
  ['', 'default_443'],
  [undefined, 'default_443'],
]

for (const [name, file] of choices) {
  test(`a client that asks for ${name} gets the certificate ${file}`, () => {
    const folder = certificates('www.example.com', '_.example.com', 'default_443', '../secret')
    const before = folder.contextFor(name, 443)
    touch(file)
    assert.notEqual(folder.contextFor(name, 443), before)
  })
}

test('a name outside the folder is not looked for', () => {
  const folder = certificates('default_443', '../secret')
  const before = folder.contextFor('../secret', 443)
  touch('../secret')
  assert.equal(folder.contextFor('../secret', 443), before)
})

test('each port has its own default', () => {
  const folder = certificates('default_443', 'default_8443')
  assert.notEqual(folder.contextFor('a.net', 443), folder.contextFor('a.net', 8443))
})

test('without a certificate the error names the folder, the client name and the port', () => {
  const folder = certificates()
  assert.throws(() => folder.contextFor('a.net', 443), {
    message: `${directory}: no certificate for a.net and no default_443.crt`,
  })
  assert.throws(() => folder.contextFor(undefined, 443), {
    message: `${directory}: no certificate and no default_443.crt`,
  })
})

test('a renewed certificate counts from the next handshake, an unchanged one is read once', () => {
  const folder = certificates('a.net')
  const first = folder.contextFor('a.net', 443)
  assert.equal(folder.contextFor('a.net', 443), first)
  touch('a.net')
  const renewed = folder.contextFor('a.net', 443)
  assert.notEqual(renewed, first)
  assert.equal(folder.contextFor('a.net', 443), renewed)
})

test('a certificate that comes later is found', () => {
  const folder = certificates('default_443')
  const byDefault = folder.contextFor('a.net', 443)
  certificates('a.net')
  assert.notEqual(folder.contextFor('a.net', 443), byDefault)
})

test("the port's default is there for clients that name no host", () => {
  const folder = certificates('default_443')
  assert.deepEqual(folder.defaultOf(443), { cert: Buffer.from(CERT), key: Buffer.from(KEY) })
  assert.equal(folder.defaultOf(8443), undefined)
})
