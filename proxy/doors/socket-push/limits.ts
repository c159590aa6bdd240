/** Bytes of what a client sends at once: it has little to say but who it is. */
export const MAX_MESSAGE = 65_536
