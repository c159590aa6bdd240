const instructType = 'application/grip-instruct'

/** What the gateway's ancestors of 2012 were sent. */
const legacyInstructTypes: ReadonlySet<string> = new Set(['application/x-fo-instruct', 'application/fo-instruct'])

/**
 * Whether a backend's response is for the gateway and not only for the client (GRIP 3.1). Every response passes
 * here. `rawHeaders` has names at even places and values at odd ones, as node:http gives them.
 */
export function isGripResponse(rawHeaders: readonly string[], legacyTypes: boolean): boolean {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!
    if (isGripHeader(name)) return true
    if (
      name.length === 12 &&
      name.toLowerCase() === 'content-type' &&
      isInstructType(rawHeaders[at + 1]!, legacyTypes)
    ) {
      return true
    }
  }
  return false
}

/** `Grip-` in any case. */
export function isGripHeader(name: string): boolean {
  return /^grip-/i.test(name)
}

/** Whether the body is a JSON instruction (GRIP 3.4). Parameters do not count: frameworks add a charset. */
export function isInstructType(contentType: string, legacyTypes: boolean): boolean {
  const [type = ''] = contentType.split(';', 1)
  const trimmed = type.trim()
  return trimmed === instructType || (legacyTypes && legacyInstructTypes.has(trimmed))
}
