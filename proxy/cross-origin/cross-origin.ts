import type { JsonpRequest } from './jsonp-request.ts'

/** Of an exchange whose response pages of any origin may read: through the headers of CORS, or as a script. */
export interface CrossOrigin {
  /** Undefined for a request that does not ask for a script. */
  readonly jsonp: JsonpRequest | undefined
}
