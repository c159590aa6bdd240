/** The way to the services behind `zhttp/` and `zhttpreq/` targets. What cannot be sent is told to the sink, later. */
export interface Services {
  /** Where answers to this worker go; the beginning of all its exchanges' ids. */
  readonly address: string
  /** To one of the target's services, whichever takes it. @param target its name */
  offer(target: string, id: string, packet: Buffer): void
  /** To the service with this address. */
  tell(target: string, address: string, id: string, packet: Buffer): void
  close(): void
}

/** What comes back. */
export interface ServicesSink {
  packet(target: string, bytes: Buffer): void
  /** A packet of the exchange was not sent: there is nobody to take it. */
  unsent(id: string): void
}

/** The address in an exchange's id. */
export function addressIn(id: string): string {
  return id.slice(0, id.lastIndexOf(':'))
}
