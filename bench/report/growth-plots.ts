import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../measure/machine.ts'
import type { Axis } from './axis.ts'
import { drawPlot } from './plot.ts'
import type { Line } from './plot.ts'

/** What is used here of a file of results; JSON has null where nothing was measured. */
interface Results {
  readonly machine: Machine
  readonly options: { readonly rounds: number }
  readonly scenarios: readonly { readonly name: string; readonly figures: readonly Measured[] }[]
}

interface Measured {
  readonly key: string
  readonly medians: Readonly<Record<string, number | null>>
  readonly curve?: { readonly of: string; readonly at: number }
}

/** One drawing: the curves of a scenario, or its figures, where what grows is the gateway's number of workers. */
interface Drawing {
  readonly file: string
  readonly scenario: string
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly curves: readonly { readonly of: string; readonly suffix?: string; readonly dashed?: boolean }[]
  readonly byWorkers?: boolean
}

const STREAMS: Axis = { title: 'held streams', log: true }
const SIZE: Axis = { title: 'message, bytes', log: true }
const DELIVERY: Axis = { title: 'CPU per delivery, µs' }
const WORKERS = {
  scenario: 'growth-workers',
  x: { title: 'workers' },
  byWorkers: true,
} as const

const DRAWINGS: readonly Drawing[] = [
  {
    file: 'connections-memory',
    scenario: 'growth-connections',
    title: 'Memory of all processes',
    x: { title: 'held streams' },
    y: { title: 'PSS, MB' },
    curves: [{ of: 'pss' }],
  },
  {
    file: 'connections-cpu',
    scenario: 'growth-connections',
    title: 'CPU per delivery by streams on the channel',
    x: STREAMS,
    y: DELIVERY,
    curves: [{ of: 'cpu' }],
  },
  {
    file: 'connections-latency',
    scenario: 'growth-connections',
    title: 'Publish to last receipt by streams on the channel',
    x: STREAMS,
    y: { title: 'milliseconds', log: true },
    curves: [
      { of: 'last50', suffix: ', p50' },
      { of: 'last99', suffix: ', p99', dashed: true },
    ],
  },
  {
    file: 'channels-cpu',
    scenario: 'growth-channels',
    title: 'CPU per delivery, 1,000 streams spread on channels',
    x: { title: 'channels', log: true },
    y: { ...DELIVERY, log: true },
    curves: [{ of: 'cpu' }],
  },
  {
    file: 'size-cpu',
    scenario: 'growth-size',
    title: 'CPU per delivery by size of the message',
    x: SIZE,
    y: { ...DELIVERY, log: true },
    curves: [{ of: 'cpu' }],
  },
  {
    file: 'size-cpu-per-byte',
    scenario: 'growth-size',
    title: 'CPU per delivered byte by size of the message',
    x: SIZE,
    y: { title: 'CPU per byte, ns', log: true },
    curves: [{ of: 'byte' }],
  },
  {
    ...WORKERS,
    file: 'workers-memory',
    title: 'Memory of all processes after the start',
    y: { title: 'PSS, MB' },
    curves: [{ of: 'start' }],
  },
  {
    ...WORKERS,
    file: 'workers-hold',
    title: 'CPU per accepted hold',
    y: { title: 'CPU per hold, µs' },
    curves: [{ of: 'hold' }],
  },
  {
    ...WORKERS,
    file: 'workers-rate',
    title: 'Deliveries, publisher flat out',
    y: { title: 'deliveries per second' },
    curves: [{ of: 'rate' }],
  },
  {
    ...WORKERS,
    file: 'workers-cpu',
    title: 'CPU per delivery, publisher flat out',
    y: DELIVERY,
    curves: [{ of: 'cpu' }],
  },
]

const LOOKS: Readonly<Record<string, { readonly name: string; readonly colour: string }>> = {
  gateway: { name: 'gateway', colour: '#0969da' },
  nchan: { name: 'nchan', colour: '#1a7f37' },
  pushpin: { name: 'Pushpin', colour: '#cf222e' },
}

/** Draws what the file has on how cost grows. @returns the files. @throws Error with one sentence when it has nothing. */
export function writePlots(resultFile: string, out = resultFile.replace(/\.json$/, '') + '-plots'): string[] {
  const { machine, options, scenarios } = JSON.parse(readFileSync(resultFile, 'utf8')) as Results
  const source =
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit.slice(0, 8)}, ` +
    `${machine.date.slice(0, 10)}, ${options.rounds === 1 ? 'one round' : `medians of ${options.rounds} rounds`}`
  const drawn = DRAWINGS.flatMap((drawing) => {
    const lines = linesOf(drawing, scenarios.find(({ name }) => name === drawing.scenario)?.figures ?? [])
    return lines.length === 0 ? [] : [{ name: `${drawing.file}.svg`, text: drawPlot({ ...drawing, source, lines }) }]
  })
  if (drawn.length === 0) throw new Error(`${resultFile} has no results of --only growth`)
  mkdirSync(out, { recursive: true })
  return drawn.map(({ name, text }) => {
    const file = join(out, name)
    writeFileSync(file, text)
    return file
  })
}

function linesOf({ curves, byWorkers = false }: Drawing, figures: readonly Measured[]): Line[] {
  return Object.entries(LOOKS).flatMap(([system, { name, colour }]) =>
    curves.flatMap(({ of, suffix = '', dashed = false }) => {
      const all = byWorkers && system === 'gateway' ? pointsByWorkers(figures, of) : pointsOf(figures, of, system)
      const points = all.flatMap(([x, y]) => (typeof y === 'number' ? [[x, y] as const] : []))
      return points.length === 0 ? [] : [{ name: name + suffix, colour, dashed, points }]
    }),
  )
}

type Points = readonly (readonly [x: number, y: number | null | undefined])[]

function pointsOf(figures: readonly Measured[], of: string, system: string): Points {
  return figures.flatMap(({ curve, medians }) => (curve?.of === of ? [[curve.at, medians[system]] as const] : []))
}

/** `gateway` has one worker, `gateway-2` two. */
function pointsByWorkers(figures: readonly Measured[], of: string): Points {
  const medians = figures.find(({ key }) => key === of)?.medians ?? {}
  return Object.entries(medians).map(([system, value]) => [Number(/\d+$/.exec(system)?.[0] ?? 1), value] as const)
}
