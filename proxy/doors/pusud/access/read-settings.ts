import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError } from '../../../../shared/config/config-error.ts'
import type { Settings } from '../../../../shared/config/keys.ts'
import type { AccessSettings } from './access-settings.ts'

/**
 * Who may do what: of the settings file when there is one, else of the config file's section.
 *
 * @param warn gets a sentence about what has no effect.
 * @throws {ConfigError}
 */
export async function readAccessSettings(
  { settings_file, ...keys }: Settings['pusud'],
  warn: (sentence: string) => void,
): Promise<AccessSettings> {
  if (settings_file === undefined) return fromKeys(keys)
  if (keys.authenticator !== undefined) {
    throw new ConfigError('settings_file and authenticator in [pusud] exclude each other')
  }
  // The reader of YAML is large, and only this needs it.
  const { parseSettings } = await import('./yaml-settings.ts')
  return parseSettings(await contentOf(settings_file), settings_file, warn)
}

async function fromKeys(keys: Omit<Settings['pusud'], 'settings_file'>): Promise<AccessSettings> {
  if (keys.authenticator === undefined) {
    throw new ConfigError('[pusud] needs authenticator or settings_file: without them nobody could do anything')
  }
  const file = keys.authenticator === 'PasswordAuthenticator' ? keys.passwords_file : undefined
  return {
    authenticator: keys.authenticator,
    allowedChannels: keys.allowed_channels,
    allowReadByDefault: keys.allow_read_by_default,
    passwords: file === undefined ? [] : parsePasswords(await contentOf(file)),
    verificationKey: keys.jwt_verification_key,
    algorithms: keys.jwt_signing_algorithms,
    httpUrl: keys.http_url,
    // A path among the keys is absolute already.
    directory: file === undefined ? '.' : dirname(file),
  }
}

/** A password and its patterns on each line, separated by spaces; lines that begin with `#` are comments. */
function parsePasswords(content: string): AccessSettings['passwords'] {
  return content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [password = '', ...patterns] = line.split(/\s+/)
      return [password, patterns]
    })
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`failed to open ${file} (${(error as NodeJS.ErrnoException).code})`)
  }
}
