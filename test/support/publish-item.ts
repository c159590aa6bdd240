import type {
  HttpResponseFormat,
  HttpStreamFormat,
  PublishItem,
  WsMessageFormat,
} from '../../shared/grip/item/publish-item.ts'

/** An item with nothing in it but what a test names. */
export function publishItem(channel: string, fields: Partial<PublishItem> = {}): PublishItem {
  return {
    channel,
    id: undefined,
    prevId: undefined,
    noSeq: false,
    size: undefined,
    meta: undefined,
    httpResponse: undefined,
    httpStream: undefined,
    wsMessage: undefined,
    ...fields,
  }
}

export function httpResponse(body: string): Extract<HttpResponseFormat, { action: 'send' }> {
  return {
    action: 'send',
    code: 200,
    reason: 'OK',
    headers: [],
    body: Buffer.from(body),
    bodyPatch: undefined,
    contentFilters: undefined,
  }
}

export function httpStream(content: string | Buffer): HttpStreamFormat {
  return { action: 'send', content: Buffer.from(content), contentFilters: undefined }
}

export function wsMessage(content: string): Extract<WsMessageFormat, { action: 'send' }> {
  return { action: 'send', type: 'text', content: Buffer.from(content), contentFilters: undefined }
}
