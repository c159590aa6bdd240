import type { FilterContext, Verdict } from './filter.ts'

/** The lists of the items on their way: one item with a long list may go to thousands of connections. */
const skippedUsers = new WeakMap<FilterContext['pubMeta'], ReadonlySet<string>>()

/** The users that an item names do not get it (GRIP 4.7). */
export function skipUsers({ subMeta, pubMeta }: FilterContext, content: Buffer): Verdict {
  const user = subMeta['user'] ?? ''
  return user !== '' && usersToSkip(pubMeta).has(user) ? 'drop' : content
}

function usersToSkip(pubMeta: FilterContext['pubMeta']): ReadonlySet<string> {
  let users = skippedUsers.get(pubMeta)
  if (users === undefined) {
    users = new Set((pubMeta['skip_users'] ?? '').split(',').map((user) => user.trim()))
    skippedUsers.set(pubMeta, users)
  }
  return users
}
