import type { Settings } from '../../shared/config/keys.ts'
import type { Door, DoorContext } from './door.ts'

/** Opens the doors that have a port. The code of the others is not loaded. */
export async function openDoors(settings: Settings, worker: number, context: DoorContext): Promise<readonly Door[]> {
  const doors: Door[] = []
  if (settings.msgbus.port !== undefined) {
    const { openMsgbus } = await import('./msgbus/msgbus.ts')
    doors.push(await openMsgbus(settings, worker, context))
  }
  if (settings.pusud.port !== undefined) {
    const { openPusud } = await import('./pusud/pusud.ts')
    doors.push(await openPusud(settings, worker, context))
  }
  // What the others remember is of the whole node.
  if (worker !== 0) return doors
  if (settings.pushd.port !== undefined) {
    const { openPushd } = await import('./pushd/pushd.ts')
    doors.push(await openPushd(settings, settings.pushd.port, context))
  }
  if (settings['socket-push'].port !== undefined) {
    const { openSocketPush } = await import('./socket-push/socket-push.ts')
    doors.push(await openSocketPush(settings, context))
  }
  return doors
}
