/** Whether a permission is for the channel: exactly, or, with a `*`, for all that begin as it does up to there. */
export function matchesChannel(pattern: string, channel: string): boolean {
  const star = pattern.indexOf('*')
  return star === -1 ? channel === pattern : channel.startsWith(pattern.slice(0, star))
}
