import { dirname } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { ConfigError } from '../../../../shared/config/config-error.ts'
import { authenticators } from '../../../../shared/config/doors/pusud-keys.ts'
import type { AccessSettings } from './access-settings.ts'

/** What the file may say beside what is read here, without an effect: ports are the config file's. */
const WITHOUT_EFFECT = new Set(['client_port', 'network_port'])

type Fields = ReadonlyMap<string, unknown>

/**
 * Reads the settings file of pusud. Messages never show its values: some are secrets.
 *
 * @param warn gets a sentence about what has no effect.
 * @throws {ConfigError}
 */
export function parseSettings(content: string, file: string, warn: (sentence: string) => void): AccessSettings {
  const fields = new Map(fieldsOf(parseYaml(content, file)) ?? fail(file, 'must have keys and values'))
  const take = <T>(key: string, read: (value: unknown) => T | undefined, missing: T, expected: string): T => {
    const value = fields.get(key)
    fields.delete(key)
    return value === undefined || value === null ? missing : (read(value) ?? fail(file, `${key} must be ${expected}`))
  }
  const names = authenticators.join(', ')
  const authenticator = take('authenticator', authenticatorNamed, undefined, `one of ${names}`)
  const settings: AccessSettings = {
    authenticator: authenticator ?? fail(file, `authenticator must be one of ${names}`),
    allowedChannels: take('allowed_channels', textsOf, [], 'a list of patterns'),
    allowReadByDefault: take('allow_read_by_default', boolOf, false, 'true or false'),
    passwords: take('passwords', passwordsOf, [], 'passwords with lists of patterns'),
    verificationKey: take('jwt_verification_key', textOf, '', 'a text'),
    algorithms: take('jwt_signing_algorithms', textsOf, [], 'a list of names'),
    httpUrl: take('http_url', textOf, '', 'a text'),
    directory: dirname(file),
  }
  for (const key of fields.keys()) if (!WITHOUT_EFFECT.has(key)) warn(`${file}: ${key} has no effect`)
  return settings
}

function parseYaml(content: string, file: string): unknown {
  const lines = new LineCounter()
  // A password may look like a number, and still is a text.
  const document = parseDocument(content, { stringKeys: true, prettyErrors: false, lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined) fail(`${file}:${lines.linePos(error.pos[0]).line}`, `is not YAML (${error.code})`)
  try {
    return document.toJS({ mapAsMap: true })
  } catch {
    return fail(file, 'is not YAML: a text that begins with * needs quotes')
  }
}

/** Throws ConfigError. */
function fail(where: string, problem: string): never {
  throw new ConfigError(`${where}: ${problem}`)
}

function fieldsOf(value: unknown): Fields | undefined {
  return value instanceof Map ? (value as Fields) : undefined
}

function authenticatorNamed(value: unknown): AccessSettings['authenticator'] | undefined {
  return authenticators.find((name) => name === value)
}

function boolOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** A list, or a single text. */
function textsOf(value: unknown): readonly string[] | undefined {
  const texts = (Array.isArray(value) ? value : [value]).map(textOf)
  return texts.every((text) => text !== undefined) ? texts : undefined
}

/** Both forms that are around: passwords as the keys of one map, or a list of maps with a password each. */
function passwordsOf(written: unknown): AccessSettings['passwords'] | undefined {
  const maps = (Array.isArray(written) ? written : [written]).map(fieldsOf)
  if (!maps.every((map) => map !== undefined)) return undefined
  const passwords: [string, readonly string[]][] = []
  for (const map of maps) {
    for (const [password, value] of map) {
      const patterns = textsOf(value)
      if (patterns === undefined) return undefined
      passwords.push([password, patterns])
    }
  }
  return passwords
}
