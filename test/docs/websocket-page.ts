import { readFileSync } from 'node:fs'

const page = readFileSync('docs/websockets.md', 'utf8')

const blocks = Array.from(page.matchAll(/^```http\n(.*?)^```$/gms), ([, text = '']) => text)

/** The requests and responses of docs/websockets.md, in their order. */
export function httpBlocks(): readonly string[] {
  return blocks
}

/** A request without what differs from one to the next, as the page shows it. */
export function shownRequest(bytes: string): string {
  return bytes
    .replaceAll('\r\n', '\n')
    .replace(/^Grip-Sig: eyJ0eXAi.*$/m, 'Grip-Sig: eyJ0eXAi...')
    .replace(/^Connection-Id: [\da-f-]{36}$/m, 'Connection-Id: 0de34e77-1fcc-43a3-9b6f-b7dcb3dbd762')
}

/** The bytes of a response that the page shows. */
export function responseBytes(block: string): string {
  const [head = '', body = ''] = block.split(/\n\n(.*)/s)
  return `${head.trimEnd()}\n\n${body}`.replaceAll('\n', '\r\n')
}

/** One line of a block of frames. */
export interface ShownFrame {
  readonly from: string
  readonly to: string
  readonly bytes: Buffer
}

/** The frames in one of the blocks of docs/websockets.md that show some. */
export function frameBlock(index: number): ShownFrame[] {
  const found = Array.from(page.matchAll(/^```\n((?:\w+ +-> .*\n)+)```$/gm), ([, text = '']) => text)
  return (found[index] ?? '').trimEnd().split('\n').map(readLine)
}

function readLine(line: string): ShownFrame {
  const [, from = '', to = '', content = ''] = /^(\w+) +-> (\w+) +(.*)$/.exec(line) ?? []
  const [, hex = '', text = ''] = /^((?:[\da-f]{2}(?: |$))*)(.*)$/.exec(content) ?? []
  return { from, to, bytes: Buffer.concat([Buffer.from(hex.replaceAll(' ', ''), 'hex'), Buffer.from(text)]) }
}

/** Code spans of a table row of the page that begins with these words. */
export function rowSpans(beginning: string): string[] {
  const row = page.split('\n').find((line) => line.startsWith(`| ${beginning} |`)) ?? ''
  return Array.from(row.slice(beginning.length + 3).matchAll(/`([^`]+)`/g), ([, span = '']) => bytesOf(span))
}

function bytesOf(span: string): string {
  return span
    .replaceAll('\\r', '\r')
    .replaceAll('\\n', '\n')
    .replaceAll(/\\x([\da-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** The control messages that the page shows. */
export function controlMessages(): string[] {
  return Array.from(page.matchAll(/`(c:\{[^`]+\})`/g), ([, message = '']) => message)
}
