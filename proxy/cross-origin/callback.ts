const NAME = '[A-Za-z_$][\\w$]*'
const TEXT = `(?:"[\\w.-]+"|'[\\w.-]+')`

const CALLBACK = new RegExp(`^${NAME}(?:\\.${NAME}|\\[(?:\\d+|${TEXT})\\])*(?:\\(${TEXT}\\))?$`)

/**
 * Whether a callback is nothing but the name of a function, such as `a.b["c"][0]`: it becomes code on the page. The one call at its end,
 * with a plain text, is that of the library Pollymer: `window["..."].getJsonpCallback("cb-0")`.
 */
export function isCallback(text: string): boolean {
  return CALLBACK.test(text)
}
