/** How a published item reaches a client. Numbers, so that counting a delivery is the increment of an array's element. */
export type Transport = 0 | 1 | 2

export const HTTP_RESPONSE = 0
export const HTTP_STREAM = 1
export const WS_MESSAGE = 2

/** As `message` packets name them (GRIP 9.1). */
export const TRANSPORTS = ['http-response', 'http-stream', 'ws-message'] as const

/** As `sub` packets name them (GRIP 9.1). */
export const MODES = ['response', 'stream', 'ws'] as const

/** A count for each transport. */
export type PerTransport = [response: number, stream: number, message: number]
