import { open, realpath, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { answer, answers, writeHead } from './answer.ts'
import { mediaTypeOf } from './media-types.ts'

/** Milliseconds without the client taking any of a file. */
const READ_TIMEOUT = 60_000

/** Sends the file of the document root that the target names; a folder's is its index.html. */
export async function sendFile(req: IncomingMessage, res: ServerResponse, root: string | undefined): Promise<void> {
  if (root === undefined) return answer(res, answers.notFound)
  if (req.method !== 'GET' && req.method !== 'HEAD') return answer(res, answers.notGet)
  const path = await pathIn(root, req.url ?? '')
  const file = path === undefined ? undefined : await open(path, 'r').catch(() => undefined)
  if (path === undefined || file === undefined) return answer(res, answers.notFound)
  try {
    await send(req, res, file, mediaTypeOf(path))
  } finally {
    await file.close()
  }
  return undefined
}

/** The file's own path, all links followed; undefined when it is not a regular file within the root. */
async function pathIn(root: string, target: string): Promise<string | undefined> {
  try {
    const named = decodeURIComponent(target.split('?', 1)[0] as string)
    const realRoot = await realpath(root)
    const found = await realpath(join(realRoot, named))
    const path = (await stat(found)).isDirectory() ? await realpath(join(found, 'index.html')) : found
    // With the separator: a neighbour's name may begin with the root's.
    const isInside = path.startsWith(realRoot === sep ? sep : realRoot + sep)
    return isInside && (await stat(path)).isFile() ? path : undefined
  } catch {
    // No such file, or no such name.
    return undefined
  }
}

async function send(req: IncomingMessage, res: ServerResponse, file: FileHandle, type: string): Promise<void> {
  const { size, mtime } = await file.stat()
  const tag = `"${size.toString(16)}-${Math.floor(mtime.getTime()).toString(16)}"`
  const validators = ['ETag', tag, 'Last-Modified', mtime.toUTCString()]
  if (isUnchanged(req, tag, mtime)) {
    writeHead(res, 304, 'Not Modified', validators)
    res.end()
    return
  }
  writeHead(res, 200, 'OK', [
    'Content-Type',
    type,
    'Content-Length',
    String(size),
    ...validators,
    'X-Content-Type-Options',
    'nosniff',
  ])
  if (req.method === 'HEAD' || size === 0) {
    res.end()
    return
  }
  res.setTimeout(READ_TIMEOUT, () => res.destroy())
  // No more than was announced, should the file grow. Of one that shrinks, or a client that leaves, the connection tells.
  const content = file.createReadStream({ autoClose: false, start: 0, end: size - 1 })
  await pipeline(content, res).catch(() => res.destroy())
}

/** RFC 9110 13.2.2 */
function isUnchanged({ headers }: IncomingMessage, tag: string, modified: Date): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) return tags.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()))
  const since = Date.parse(headers['if-modified-since'] ?? '')
  return Math.floor(modified.getTime() / 1000) * 1000 <= since
}
