import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

for (const page of pages) {
  const text = readFileSync(page, 'utf8')

  test(`${page} links only to files and headings that exist`, () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path = '', heading] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      assert.ok(existsSync(file), target)
      if (heading !== undefined) assert.ok(headings(file).includes(heading), target)
    }
  })

  test(`${page} names only source files that exist`, () => {
    for (const [, file = ''] of text.matchAll(
      /`((?:proxy|handler|shared|test|examples|docs|\.ci)\/[\w./-]*)(?<!\.conf)`/g,
    )) {
      assert.ok(existsSync(file), file)
    }
  })
}

/** The anchors of a page's headings, as GitHub makes them. */
function headings(file: string): string[] {
  return Array.from(readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('every dependency has its reason in docs/architecture.md', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> }
  const page = readFileSync('docs/architecture.md', 'utf8')
  for (const name of Object.keys(dependencies)) assert.match(page, new RegExp(`^\\| ${name}\\b`, 'm'))
})

const programs = ['shared/cli/pushpin', 'shared/cli/pushpin-proxy', 'handler/main', 'shared/cli/pushpin-publish']

for (const program of programs) {
  test(`docs/configuration.md has every option of ${program}`, () => {
    const { stdout } = spawnSync(process.execPath, [join('dist', `${program}.js`), '--help'], { encoding: 'utf8' })
    const options = Array.from(stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm), ([, option = '']) => option)
    assert.ok(options.length > 3, stdout)
    const page = readFileSync('docs/configuration.md', 'utf8')
    for (const option of options) assert.match(page, new RegExp(`\`[^\`]*${option}\\b[^\`]*\``))
  })
}
