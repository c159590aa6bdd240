const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Whether arrays and objects stand in each other in more than so many levels. @param json that can be read */
export function isNestedDeeper(json: string, levels: number): boolean {
  // Each level takes two characters at least.
  if (json.length <= 2 * levels) return false
  let depth = 0
  let isInString = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (isInString && code === BACKSLASH) at++
    else if (code === QUOTE) isInString = !isInString
    else if (!isInString && isOpening(code) && ++depth > levels) return true
    else if (!isInString && isClosing(code)) depth--
  }
  return false
}

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b
}

function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d
}
