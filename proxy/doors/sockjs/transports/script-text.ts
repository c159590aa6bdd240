/** A literal of JavaScript that is the text. Two characters may stand in JSON that end the line in scripts of older browsers. */
export function scriptText(text: string): string {
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
