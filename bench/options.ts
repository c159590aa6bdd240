import { parseArgs } from 'node:util'

export interface Options {
  readonly quick: boolean
  /** Names of scenarios, or beginnings of them; empty: all. */
  readonly only: readonly string[]
  /** Names of systems; empty: all that are installed. */
  readonly systems: readonly string[]
  readonly rounds: number
  readonly logLevel: number
  readonly gateway: string | undefined
  readonly profile: boolean
  readonly list: boolean
  /** A file of results, to be drawn instead of measured. */
  readonly plot: string | undefined
  /** Where the drawings go. */
  readonly out: string | undefined
}

export const usage = `npm run bench -- [options]
  --quick            one short round of each: three to four minutes, without idle, for a first look only
  --only NAME,...    only scenarios whose names begin so (--list shows them)
  --systems NAME,... only these systems
  --rounds N         rounds of each scenario (3)
  --log-level N      of gateway and Pushpin (2, as shipped); below 2 nginx and HAProxy do not log requests either
  --gateway FILE     another build's pushpin.js, to compare two versions
  --profile          only the gateway, one round, and where its processes spend their time
  --list             the scenarios
  --plot RESULT.json draws how cost grows, from the results of --only growth
  --out DIR          where to (a folder beside the results)
`

/** @throws Error with one sentence for an option that makes no sense. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      systems: { type: 'string', default: '' },
      rounds: { type: 'string' },
      'log-level': { type: 'string', default: '2' },
      gateway: { type: 'string' },
      profile: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      plot: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) throw new Error(usage)
  const single = values.quick || values.profile
  return {
    quick: values.quick,
    only: listOf(values.only),
    systems: values.profile ? ['gateway'] : listOf(values.systems),
    rounds: wholeNumber('--rounds', values.rounds ?? (single ? '1' : '3')),
    logLevel: wholeNumber('--log-level', values['log-level']),
    gateway: values.gateway,
    profile: values.profile,
    list: values.list,
    plot: values.plot,
    out: values.out,
  }
}

function listOf(text: string): string[] {
  return text.split(',').filter((name) => name !== '')
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${name} ${text}: not a number`)
  return Number(text)
}
