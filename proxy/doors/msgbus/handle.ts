import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerError } from '../../accept/answer.ts'
import { checkRequest, isError } from '../../accept/request-check.ts'
import { answer, answers } from './answer.ts'
import { channelOf } from './channel-path.ts'
import type { MsgbusContext } from './context.ts'
import { sendFile } from './files.ts'
import { publish } from './publish.ts'
import { subscribe } from './subscribe.ts'

/** One request: whether it can be read in one way only, who sent it, and what it is about. */
export async function handle(req: IncomingMessage, res: ServerResponse, context: MsgbusContext): Promise<void> {
  const checked = checkRequest(req)
  if (isError(checked)) return answerError(res, checked)
  req.url = checked.target
  const client = context.credentials.identify(req.headers.authorization)
  if (client === undefined) return answer(res, answers.unauthorized)
  const channel = channelOf(checked.target)
  if (channel === undefined) return sendFile(req, res, context.documentRoot)
  if (channel === null) return answer(res, answers.badChannel)
  if (req.method === 'POST') return publish(req, res, channel, client, context)
  if (req.method === 'GET') return subscribe(req, res, channel, client, context)
  return answer(res, answers.notAMethod)
}
