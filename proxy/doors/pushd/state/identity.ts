/** Who a client is, as far as it has shown. */
export interface Identity {
  /** Application, the namespace of its channels; empty for the one without a name. */
  readonly app: string
  readonly user: string
  readonly role: 'client' | 'server' | undefined
}

/** One object for all that have not shown anything. */
export const ANYBODY: Identity = { app: '', user: '', role: undefined }
