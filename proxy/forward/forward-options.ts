import type { IncomingMessage } from 'node:http'
import type { Settings } from '../../shared/config/keys.ts'
import { loadSigningKey } from '../../shared/signing-key.ts'
import type { SigningKey } from '../../shared/signing-key.ts'
import { forwardedFor } from './forwarded-for.ts'
import type { ForwardedFor } from './forwarded-for.ts'
import { GripSigner } from './grip-signature.ts'

/** What of the config counts for every forwarded request, in the form in which it is used. */
export interface ForwardOptions {
  readonly sigIss: string
  readonly sigKey: SigningKey | undefined
  readonly upstreamKey: SigningKey | undefined
  readonly signer: GripSigner
  readonly acceptPushpinRoute: boolean
  readonly acceptForwardedProtocol: boolean
  readonly setForwardedProtocol: boolean | 'proto-only'
  readonly cdnLoop: string
  readonly origHeadersNeedMark: ReadonlySet<string>
  forwardedFor(req: IncomingMessage, trusted: boolean): ForwardedFor
}

/** @throws Error when a key file cannot be used. */
export function forwardOptions({ proxy }: Settings): ForwardOptions {
  return {
    sigIss: proxy.sig_iss,
    sigKey: loadSigningKey(proxy.sig_key, '.'),
    upstreamKey: loadSigningKey(proxy.upstream_key, '.'),
    signer: new GripSigner(),
    acceptPushpinRoute: proxy.accept_pushpin_route,
    acceptForwardedProtocol: proxy.accept_x_forwarded_protocol,
    setForwardedProtocol: proxy.set_x_forwarded_protocol,
    cdnLoop: proxy.cdn_loop,
    origHeadersNeedMark: new Set(proxy.orig_headers_need_mark.map((name) => name.toLowerCase())),
    forwardedFor: (req, trusted) =>
      forwardedFor(
        req.headers['x-forwarded-for'] as string | undefined,
        req.socket.remoteAddress ?? '',
        // What a trusted gateway has put there is believed unless the config says otherwise.
        trusted ? (proxy.x_forwarded_for_trusted ?? []) : proxy.x_forwarded_for,
      ),
  }
}
