import { runAsChild } from '../shared/supervise/child.ts'
import { startWorker } from './worker.ts'

runAsChild('proxy', startWorker)
