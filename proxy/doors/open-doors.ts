import type { Settings } from '../../shared/config/keys.ts'
import type { Door, DoorContext } from './door.ts'

/** Opens the doors that have a port. The code of the others is not loaded. */
export async function openDoors(settings: Settings, worker: number, context: DoorContext): Promise<readonly Door[]> {
  const doors: Door[] = []
  // Users and their subscriptions are of the whole node.
  if (settings['socket-push'].port !== undefined && worker === 0) {
    const { openSocketPush } = await import('./socket-push/socket-push.ts')
    doors.push(await openSocketPush(settings, context))
  }
  // Tokens, history and applications are of the whole node.
  if (settings.pushd.port !== undefined && worker === 0) {
    const { openPushd } = await import('./pushd/pushd.ts')
    doors.push(await openPushd(settings, settings.pushd.port, context))
  }
  return doors
}
