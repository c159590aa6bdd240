import type { HeaderList } from '../item/publish-item.ts'
import { type Params, headerValues, paramValue, parseParams } from '../list-header.ts'
import { decodeCstring } from './cstring.ts'
import { InstructError } from './instruct-error.ts'
import type { KeepAlive } from './instruct.ts'
import { keepAliveTimeout, timeoutParam } from './timeouts.ts'

/**
 * The first `Grip-Keep-Alive`; throws InstructError (GRIP 3.1). Its data may hold commas and quotes, so it is no
 * list: the data ends at the first `;`.
 */
export function keepAliveHeader(headers: HeaderList): KeepAlive | undefined {
  const [value = ''] = headerValues(headers, 'grip-keep-alive')
  if (value.trim() === '') return undefined

  const end = value.indexOf(';')
  const data = (end === -1 ? value : value.slice(0, end)).trim()
  const params = end === -1 ? [] : parseParams(value.slice(end + 1))
  if (data === '') throw new InstructError('Grip-Keep-Alive cannot be empty')
  const mode = keepAliveMode(params)
  const timeout = keepAliveTimeout(timeoutParam(params, 'Grip-Keep-Alive'))
  return { content: decodeData(data, paramValue(params, 'format') ?? 'raw'), mode, timeout }
}

function keepAliveMode(params: Params): KeepAlive['mode'] {
  const mode = paramValue(params, 'mode') ?? 'idle'
  if (mode === 'idle' || mode === 'interval') return mode
  throw new InstructError(`no such Grip-Keep-Alive mode '${mode}'`)
}

/** Latin-1 gives back the bytes of the header as they came. */
function decodeData(data: string, format: string): Buffer {
  if (format === 'raw') return Buffer.from(data, 'latin1')
  if (format === 'base64') return Buffer.from(data, 'base64')
  if (format !== 'cstring') throw new InstructError(`no such Grip-Keep-Alive format '${format}'`)
  const text = decodeCstring(data)
  if (text === undefined) throw new InstructError('failed to parse Grip-Keep-Alive cstring format')
  return Buffer.from(text, 'latin1')
}
