/** Those that change the content of messages. */
const contentFilters: ReadonlySet<string> = new Set(['build-id', 'var-subst', 'http-modify'])

/**
 * Whether an item's content is written for the filters of a subscription. @param asked the item's `content-filters`; an empty list
 * asks for none, undefined does not ask. @returns a sentence for the operator when it is not (GRIP 4.6).
 */
export function contentFilterMismatch(
  subscription: readonly string[],
  asked: readonly string[] | undefined,
): string | undefined {
  if (asked === undefined) return undefined
  const present = subscription.filter((name) => contentFilters.has(name))
  if (present.length === asked.length && present.every((name, at) => name === asked[at])) return undefined
  return `content filter mismatch: subscription=${present.join(',')} message=${asked.join(',')}`
}
