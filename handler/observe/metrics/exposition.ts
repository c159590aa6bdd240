import { BOUNDS } from '../../../shared/observe/histogram.ts'
import type { HistogramCounts } from '../../../shared/observe/histogram.ts'

export type Labels = Readonly<Record<string, string>>

/** A figure for monitoring; one sample without labels, or one for each set of labels. */
export type Metric =
  | {
      readonly type: 'counter' | 'gauge'
      readonly name: string
      readonly help: string
      readonly samples: readonly { readonly labels?: Labels; readonly value: number }[]
    }
  | {
      readonly type: 'histogram'
      readonly name: string
      readonly help: string
      readonly samples: readonly { readonly labels?: Labels; readonly value: HistogramCounts }[]
    }

/** Of the text format that Prometheus reads. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4'

/** @param prefix put before each name. */
export function exposition(metrics: Iterable<Metric>, prefix: string): string {
  let text = ''
  for (const metric of metrics) {
    const name = prefix + metric.name
    text += `# HELP ${name} ${metric.help}\n# TYPE ${name} ${metric.type}\n`
    if (metric.type === 'histogram') {
      for (const { labels, value } of metric.samples) text += buckets(name, labels ?? {}, value)
    } else {
      for (const { labels, value } of metric.samples) text += line(name, labels ?? {}, value)
    }
  }
  return text
}

function buckets(name: string, labels: Labels, { counts, sum }: HistogramCounts): string {
  let text = ''
  let total = 0
  for (const [bucket, count] of counts.entries()) {
    total += count
    const bound = BOUNDS[bucket]
    text += line(`${name}_bucket`, { ...labels, le: bound === undefined ? '+Inf' : String(bound) }, total)
  }
  return text + line(`${name}_sum`, labels, sum) + line(`${name}_count`, labels, total)
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
