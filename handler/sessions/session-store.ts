import type { DetectRule, LastIds, SessionAnswers, SessionCall } from '../../shared/link/session-calls.ts'

/** Where sessions are kept. What fails is the store's to log; it is then as if there were nothing stored. */
export interface SessionStore {
  rules(domain: string, path: string): Promise<readonly DetectRule[]>
  setRules(rules: readonly DetectRule[]): Promise<void>
  lastIds(sid: string): Promise<LastIds>
  /** Adds to the ids of the session, which is made if there is none. */
  update(sid: string, lastIds: LastIds): Promise<void>
  updateMany(sessions: readonly (readonly [sid: string, lastIds: LastIds])[]): Promise<void>
  close(): void
}

/** Does for a worker what it asks for. */
export async function answerSessionCall(
  store: SessionStore,
  call: SessionCall,
): Promise<SessionAnswers[SessionCall['method']]> {
  switch (call.method) {
    case 'rules':
      return store.rules(call.domain, call.path)
    case 'set-rules':
      await store.setRules(call.rules)
      break
    case 'last-ids':
      return store.lastIds(call.sid)
    case 'update':
      await store.update(call.sid, call.lastIds)
      break
    case 'update-many':
      await store.updateMany(call.sessions)
      break
  }
  return null
}
