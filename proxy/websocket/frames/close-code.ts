/*
 * The codes with which a close frame tells its reason (RFC 6455 7.4.1), those that frames themselves can cause.
 */
export const PROTOCOL_ERROR = 1002
export const INVALID_DATA = 1007
export const TOO_LARGE = 1009

/*
 * And those with which the gateway itself ends a connection.
 */
export const GOING_AWAY = 1001
export const POLICY_VIOLATION = 1008
export const INTERNAL_ERROR = 1011
export const TRY_AGAIN_LATER = 1013

/** Whether a close frame may carry the code: 1004 is reserved, 1005, 1006 and 1015 are never sent, 1012 to 1014 came later. */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
}

/** Any other code stands for none. */
export function sendableCode(code: number | undefined): number | undefined {
  return code !== undefined && isCloseCode(code) ? code : undefined
}
