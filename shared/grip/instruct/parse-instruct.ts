import type { HeaderList } from '../item/publish-item.ts'
import { headerValues } from '../list-header.ts'
import { channelHeaders } from './channels.ts'
import { clientHeaders, exposedNames } from './client-headers.ts'
import { isGripHeader, isInstructType } from './grip-response.ts'
import { holdHeader, timeoutHeader } from './hold-header.ts'
import type { Instruct } from './instruct.ts'
import { jsonInstruct } from './json-instruct.ts'
import { keepAliveHeader } from './keep-alive-header.ts'
import { linkHeaders } from './link-headers.ts'
import { setMetaHeaders } from './set-meta-header.ts'
import { clientStatus, statusHeader } from './status.ts'
import { holdTimeout } from './timeouts.ts'

/** A backend's whole response. Header values have one character per byte, as node:http reads them. */
export interface BackendResponse {
  readonly code: number
  readonly reason: string
  readonly headers: HeaderList
  readonly body: Buffer
}

export interface InstructOptions {
  /** Take the content types and the `status` field of 2012. */
  readonly legacyTypes: boolean
}

/**
 * Reads a response's instruction: the headers in the order of GRIP 3.2, then the JSON form (GRIP 3.4). Where both
 * speak JSON wins, and the channels of both count. Throws InstructError. A response without any instruction gives
 * no hold.
 */
export function parseInstruct(response: BackendResponse, options: InstructOptions): Instruct {
  // Most of a response's headers are the client's: they are looked at once here, not by each reader.
  const headers = response.headers.filter(([name]) => isGripHeader(name))
  const hold = holdHeader(headers)
  const channels = channelHeaders(headers)
  const timeout = timeoutHeader(headers)
  const keepAlive = keepAliveHeader(headers)
  const meta = setMetaHeaders(headers)
  const status = statusHeader(headers)
  const links = linkHeaders(headers)

  const [contentType = ''] = headerValues(response.headers, 'content-type')
  const json = isInstructType(contentType, options.legacyTypes)
    ? jsonInstruct(response.code, response.body, options.legacyTypes)
    : undefined

  return {
    hold: json?.hold?.mode ?? hold,
    channels: [...channels, ...(json?.hold?.channels ?? [])],
    timeout: holdTimeout(json?.hold?.timeout ?? timeout),
    keepAlive: json?.hold?.keepAlive ?? keepAlive,
    meta: Object.assign(meta, json?.hold?.meta),
    ...links,
    response: {
      ...clientStatus(status ?? response, json?.response),
      headers: clientHeaders((json?.response ?? response).headers, exposedNames(headers)),
      body: (json?.response ?? response).body,
    },
  }
}
