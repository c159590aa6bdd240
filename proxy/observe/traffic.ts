import type { IncomingMessage, ServerResponse } from 'node:http'

/** Counts the frames at one end of a WebSocket; close frames are none of them. */
export interface FrameCounter {
  /** @param bytes of the payload */
  frameReceived(bytes: number, endsMessage: boolean): void
  frameSent(bytes: number, endsMessage: boolean): void
}

/** What passed between the gateway and its clients, or its servers. */
export class SideTraffic implements FrameCounter {
  headerReceived = 0
  headerSent = 0
  contentReceived = 0
  contentSent = 0
  messagesReceived = 0
  messagesSent = 0

  frameReceived(bytes: number, endsMessage: boolean): void {
    this.contentReceived += bytes
    if (endsMessage) this.messagesReceived++
  }

  frameSent(bytes: number, endsMessage: boolean): void {
    this.contentSent += bytes
    if (endsMessage) this.messagesSent++
  }

  /** What was counted since the last call, in the order of `TRAFFIC_COUNTERS`. */
  take(): number[] {
    const counted = [
      this.headerReceived,
      this.headerSent,
      this.contentReceived,
      this.contentSent,
      this.messagesReceived,
      this.messagesSent,
    ]
    this.headerReceived = this.headerSent = this.contentReceived = this.contentSent = 0
    this.messagesReceived = this.messagesSent = 0
    return counted
  }
}

/** A head as node:http has written it. */
interface WrittenHead {
  readonly _header?: string | null
}

/** What passed for the requests of a route. Content is counted always, since asking whether to would cost as much. */
export class Traffic {
  readonly client = new SideTraffic()
  readonly server = new SideTraffic()
  /** Seconds that have passed. */
  seconds = 0
  /** Minutes of WebSockets in which frames passed. */
  activeMinutes = 0
  #isWatched = false

  /** Somebody reads it. Heads are only measured then. */
  get isWatched(): boolean {
    return this.#isWatched
  }

  watch(isWatched: boolean): void {
    // What passed before is nobody's.
    if (isWatched && !this.#isWatched) this.#take()
    this.#isWatched = isWatched
  }

  clientRequest({ method, url, rawHeaders }: IncomingMessage): void {
    if (this.#isWatched) this.client.headerReceived += requestSize(method ?? '', url ?? '', rawHeaders)
  }

  /** Its head has just been written. */
  clientResponse(res: ServerResponse): void {
    if (this.#isWatched) this.client.headerSent += (res as WrittenHead)._header?.length ?? 0
  }

  /** A client's protocol was switched. */
  clientSwitched(reason: string, headers: readonly string[]): void {
    if (this.#isWatched) this.client.headerSent += responseSize(reason, headers)
  }

  serverRequest(method: string, path: string, headers: readonly string[]): void {
    if (this.#isWatched) this.server.headerSent += requestSize(method, path, headers)
  }

  serverResponse(reason: string, headers: readonly string[]): void {
    if (this.#isWatched) this.server.headerReceived += responseSize(reason, headers)
  }

  /** What passed since the last call, in the order of `TRAFFIC_COUNTERS`; undefined for nothing, or when nobody reads it. */
  take(): number[] | undefined {
    if (!this.#isWatched) return undefined
    const counted = this.#take()
    return counted.some((count) => count > 0) ? counted : undefined
  }

  #take(): number[] {
    return [...this.client.take(), ...this.server.take()]
  }
}

/** Bytes of `METHOD PATH HTTP/1.1`, the header lines and the empty line. */
function requestSize(method: string, path: string, headers: readonly string[]): number {
  return method.length + path.length + ' '.length * 2 + VERSION + LINE_END + linesSize(headers)
}

/** Bytes of `HTTP/1.1 200 REASON`, the header lines and the empty line. */
function responseSize(reason: string, headers: readonly string[]): number {
  return VERSION + ' 200 '.length + reason.length + LINE_END + linesSize(headers)
}

const VERSION = 'HTTP/1.1'.length
const LINE_END = '\r\n'.length
/** What stands around a name and a value. */
const AROUND = ': \r\n'.length

/** @param headers names and values in turn, a character for each byte */
function linesSize(headers: readonly string[]): number {
  let size = (headers.length / 2) * AROUND + LINE_END
  for (const text of headers) size += text.length
  return size
}
