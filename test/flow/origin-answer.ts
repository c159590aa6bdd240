/** A backend's response with its length, each byte a character. */
export function answer(headers: readonly string[], body = '', status = '200 OK'): string {
  return [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${body.length}`, '', body].join('\r\n')
}

/** Instructs the gateway to hold the request as a long poll; the rest is the timeout response. */
export function longPoll(channel: string, headers: readonly string[] = [], body = ''): string {
  return answer(['Grip-Hold: response', `Grip-Channel: ${channel}`, ...headers], body)
}

/** Instructs the gateway to keep the response open. */
export function stream(channel: string, headers: readonly string[] = [], body = ''): string {
  return answer(['Grip-Hold: stream', `Grip-Channel: ${channel}`, ...headers], body)
}

/** The JSON form of instructions. */
export function jsonInstruct(value: object, type = 'application/grip-instruct'): string {
  return answer([`Content-Type: ${type}`], JSON.stringify(value))
}
