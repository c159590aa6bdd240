import { join } from 'node:path'

/** The project's folder, seen from the compiled file in dist/bench. */
export const root = join(import.meta.dirname, '../..')
