import type { HeaderList } from '../item/publish-item.ts'
import { listElements, paramValue } from '../list-header.ts'
import { InstructError } from './instruct-error.ts'
import type { HoldChannel } from './instruct.ts'

const maxFilters = 5

/** `Grip-Channel`; an empty header means no channels. Throws InstructError (GRIP 3.1). */
export function channelHeaders(headers: HeaderList): HoldChannel[] {
  return listElements(headers, 'grip-channel').map(({ first: name, params }) => {
    if (name === '') throw new InstructError('failed to parse Grip-Channel')
    const filters = params.filter(([param]) => param.toLowerCase() === 'filter').map(([, filter]) => filter)
    return checkedChannel({ name, prevId: paramValue(params, 'prev-id'), filters })
  })
}

/** The limit holds for both forms; the reference forgets it in JSON (GRIP 3.4). */
export function checkedChannel(channel: HoldChannel): HoldChannel {
  if (channel.filters.length <= maxFilters) return channel
  throw new InstructError(`too many filters for channel '${channel.name}'`)
}
