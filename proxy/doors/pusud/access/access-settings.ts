import type { authenticators } from '../../../../shared/config/doors/pusud-keys.ts'

/** Who may do what, as the config file or a settings file says it. */
export interface AccessSettings {
  readonly authenticator: (typeof authenticators)[number]
  /** Patterns; without any, all channels are allowed. */
  readonly allowedChannels: readonly string[]
  readonly allowReadByDefault: boolean
  readonly passwords: ReadonlyArray<readonly [password: string, patterns: readonly string[]]>
  readonly verificationKey: string
  readonly algorithms: readonly string[]
  readonly httpUrl: string
  /** What the path in a key is relative to. */
  readonly directory: string
}
