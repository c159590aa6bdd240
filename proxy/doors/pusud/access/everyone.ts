import type { Authenticator } from './authenticator.ts'
import type { Grant } from './grant.ts'

const EVERYTHING: Grant = { read: ['*'], write: ['*'], expires: Number.POSITIVE_INFINITY }

/** `None`: whatever a client authorizes itself with, it may do everything. */
export class Everyone implements Authenticator {
  async authorize(): Promise<Grant> {
    return EVERYTHING
  }

  close(): void {}
}
