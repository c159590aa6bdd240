import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentFilterMismatch } from '../../../proxy/filter/content-filters.ts'

const cases: readonly (readonly [subscription: string[], asked: string[] | undefined, lists: string | undefined])[] = [
  [[], undefined, undefined],
  [['build-id'], undefined, undefined],
  [[], [], undefined],
  [['skip-self', 'skip-users', 'require-sub', 'http-check', 'unknown'], [], undefined],
  [['skip-self', 'build-id', 'http-check', 'var-subst'], ['build-id', 'var-subst'], undefined],
  [['http-modify'], ['http-modify'], undefined],
  [['var-subst', 'var-subst'], ['var-subst', 'var-subst'], undefined],
  [
    ['build-id', 'var-subst', 'skip-self'],
    ['var-subst', 'build-id'],
    'subscription=build-id,var-subst message=var-subst,build-id',
  ],
  [['build-id'], [], 'subscription=build-id message='],
  [[], ['build-id'], 'subscription= message=build-id'],
  [['skip-self'], ['skip-self'], 'subscription= message=skip-self'],
  [['build-id'], ['build-id', 'unknown'], 'subscription=build-id message=build-id,unknown'],
  [['var-subst', 'var-subst'], ['var-subst'], 'subscription=var-subst,var-subst message=var-subst'],
]

for (const [subscription, asked, lists] of cases) {
  const outcome = lists === undefined ? 'fits' : 'does not fit'
  test(`content for ${JSON.stringify(asked)} ${outcome} a subscription with ${JSON.stringify(subscription)}`, () => {
    const sentence = lists === undefined ? undefined : `content filter mismatch: ${lists}`
    assert.equal(contentFilterMismatch(subscription, asked), sentence)
  })
}
