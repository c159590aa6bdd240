import type { Writable } from 'node:stream'
import * as ws from 'ws'

/** Parts of the ws package that its types leave out. */
interface Parts {
  readonly Receiver: new (options: { readonly isServer: boolean; readonly maxPayload: number }) => Writable
  readonly PerMessageDeflate: new (options: { readonly isServer: boolean; readonly maxPayload?: number }) => Deflate
  readonly extension: { parse(header: string): Record<string, Array<Record<string, unknown>>> }
}

type Done = (error: Error | null, data: Buffer) => void

interface Deflate {
  accept(offers: ReadonlyArray<Readonly<Record<string, unknown>>>): unknown
  compress(data: Buffer, fin: boolean, done: Done): void
  decompress(data: Buffer, fin: boolean, done: Done): void
  cleanup(): void
}

export const { Receiver, PerMessageDeflate, extension } = ws as unknown as Parts
