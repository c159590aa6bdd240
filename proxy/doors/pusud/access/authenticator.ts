import type { Grant } from './grant.ts'

/** Judges what clients authorize themselves with. */
export interface Authenticator {
  /** @returns undefined when it is worth nothing. Rejects when that cannot be found out now. */
  authorize(authorization: string): Promise<Grant | undefined>
  close(): void
}
