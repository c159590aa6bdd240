import type { GripFilterSink } from '../../../proxy/websocket/grip-filter.ts'
import type { PeerOwner } from '../../../proxy/websocket/peer.ts'
import { RecordingSink } from './frames/recording-sink.ts'

/** Notes as well what an owner of a peer, or the sink of a filter, hears besides frames. */
export class RecordingOwner extends RecordingSink implements PeerOwner, GripFilterSink {
  drained(): void {
    this.calls.push('drained')
  }

  closed(): void {
    this.calls.push('closed')
  }

  controlMessage(text: Buffer): void {
    this.calls.push(`control message ${text.toString('latin1')}`)
  }

  dropped(): void {
    this.calls.push('dropped')
  }
}
