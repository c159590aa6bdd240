import { scaleAround, scaleOf } from './axis.ts'
import type { Axis } from './axis.ts'

export interface Line {
  readonly name: string
  readonly colour: string
  readonly dashed?: boolean
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Plot {
  readonly title: string
  /** Where the values come from. */
  readonly source: string
  readonly x: Axis
  readonly y: Axis
  readonly lines: readonly Line[]
}

const WIDTH = 740
const HEIGHT = 380
const LEFT = 112
const RIGHT = 576
const TOP = 52
const BOTTOM = 296
const LEGEND = 598
const ROW = 22
const INK = '#1f2328'
const PALE = '#59636e'
const GRID = '#d1d9e0'

/** The plot as a picture that needs nothing else: white below it, so that it can be read on any page. */
export function drawPlot(plot: Plot): string {
  const points = plot.lines.flatMap((line) => line.points)
  const scaleX = scaleOf(
    plot.x,
    points.map(([x]) => x),
  )
  const scaleY = scaleAround(
    plot.y,
    points.map(([, y]) => y),
  )
  const toX = (value: number): number => LEFT + scaleX.place(value) * (RIGHT - LEFT)
  const toY = (value: number): number => BOTTOM - scaleY.place(value) * (BOTTOM - TOP)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
      'font-family="Helvetica, Arial, sans-serif" font-size="13">',
    `<title>${escaped(plot.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 28, plot.title, { size: 16 }),
    ...scaleY.ticks.flatMap((tick) => [
      stroke(LEFT, toY(tick), RIGHT, toY(tick), GRID),
      text(LEFT - 8, toY(tick) + 4.5, written(tick), { anchor: 'end' }),
    ]),
    ...scaleX.ticks.flatMap((tick) => [
      stroke(toX(tick), BOTTOM, toX(tick), BOTTOM + 5, INK),
      text(toX(tick), BOTTOM + 20, written(tick), { anchor: 'middle' }),
    ]),
    stroke(LEFT, BOTTOM, RIGHT, BOTTOM, INK),
    text((LEFT + RIGHT) / 2, BOTTOM + 44, plot.x.title, { anchor: 'middle' }),
    `<g transform="rotate(-90)">${text(-(TOP + BOTTOM) / 2, 20, plot.y.title, { anchor: 'middle' })}</g>`,
    ...plot.lines.map((line) => curve(line, toX, toY)),
    ...plot.lines.flatMap((line, index) => legend(line, TOP + 10 + index * ROW)),
    text(LEFT, HEIGHT - 12, plot.source, { size: 11, colour: PALE }),
    '</svg>\n',
  ].join('\n')
}

function curve(
  { points, colour, dashed = false }: Line,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  const places = points.map(([x, y]) => `${short(toX(x))},${short(toY(y))}`)
  const dots = points.map(([x, y]) => `<circle cx="${short(toX(x))}" cy="${short(toY(y))}" r="3.5" fill="${colour}"/>`)
  return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dashes(dashed)}/>${dots.join('')}`
}

function legend({ name, colour, dashed = false }: Line, y: number): string[] {
  return [
    `<line x1="${LEGEND}" y1="${y}" x2="${LEGEND + 26}" y2="${y}" stroke="${colour}" stroke-width="2"${dashes(dashed)}/>`,
    text(LEGEND + 34, y + 4.5, name, {}),
  ]
}

function dashes(dashed: boolean): string {
  return dashed ? ' stroke-dasharray="6 4"' : ''
}

function stroke(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" stroke="${colour}"/>`
}

interface Look {
  readonly anchor?: 'end' | 'middle'
  readonly size?: number
  readonly colour?: string
}

function text(x: number, y: number, content: string, { anchor, size, colour = INK }: Look): string {
  const extra = `${anchor === undefined ? '' : ` text-anchor="${anchor}"`}${size === undefined ? '' : ` font-size="${size}"`}`
  return `<text x="${short(x)}" y="${short(y)}" fill="${colour}"${extra}>${escaped(content)}</text>`
}

function written(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 })
}

/** A tenth of a pixel is enough. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
