import { isUtf8 } from 'node:buffer'
import { ItemError } from '../../shared/grip/item/item-error.ts'
import { type OutsideChannel, parseItem } from '../../shared/grip/item/parse-item.ts'
import type { PublishItem } from '../../shared/grip/item/publish-item.ts'
import { decodeTnetstring, TnetstringError } from '../../shared/tnetstring.ts'

/** A frame without an item; the message completes the sentence "received message with ..." (GRIP 5.2). */
export class ItemFrameError extends Error {
  override readonly name = 'ItemFrameError'
}

const JSON_LETTER = 0x4a // J
const TNETSTRING_LETTER = 0x54 // T

/**
 * Reads one item from a ZeroMQ frame: `J` and JSON, `T` and a tnetstring, or a tnetstring without letter (GRIP 5.2).
 * @throws ItemFrameError
 */
export function parseItemFrame(frame: Buffer, outside?: OutsideChannel): PublishItem {
  try {
    if (frame[0] === JSON_LETTER) return parseItem(parseJsonObject(frame.subarray(1)), 'json', outside)
    const value = decodeTnetstring(frame[0] === TNETSTRING_LETTER ? frame.subarray(1) : frame)
    return parseItem(value, 'tnetstring', outside)
  } catch (error) {
    if (error instanceof ItemError) throw new ItemFrameError(`invalid format: ${error.message}`)
    if (error instanceof TnetstringError) throw new ItemFrameError('invalid format (tnetstring parse failed)')
    throw error
  }
}

function parseJsonObject(json: Buffer): object {
  const value = parseJson(json)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ItemFrameError('invalid format (not a valid json object)')
}

function parseJson(json: Buffer): unknown {
  try {
    if (isUtf8(json)) return JSON.parse(json.toString())
  } catch {
    // Told like the rest of what is not JSON.
  }
  throw new ItemFrameError('invalid format (json parse failed)')
}
