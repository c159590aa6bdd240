type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** A tnetstring, each byte a character; made here and not by the code under test. */
export function tnet(value: Value): string {
  if (value === null) return '0:~'
  if (typeof value === 'string') return `${value.length}:${value},`
  if (typeof value === 'number') return `${String(value).length}:${value}#`
  if (typeof value === 'boolean') return `${String(value).length}:${value}!`
  const parts = Array.isArray(value) ? value : Object.entries(value).flat()
  const data = (parts as readonly Value[]).map(tnet).join('')
  return `${data.length}:${data}${Array.isArray(value) ? ']' : '}'}`
}
