/** A config file that cannot be used; the message is one sentence, with `FILE:LINE: ` before it where there is a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
