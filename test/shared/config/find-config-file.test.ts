import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { findConfigFile, searchedFiles } from '../../../shared/config/find-config-file.ts'
import { configDir } from './config-dir.ts'

const inWorkingDirectory = searchedFiles.slice(0, 3)

test('the config file is found in the order of the search', (t) => {
  const both = configDir(t, { 'pushpin.conf': '', 'config/pushpin.conf': '' })
  assert.equal(findConfigFile(both), join(both, 'config/pushpin.conf'))
  const example = configDir(t, { 'examples/config/pushpin.conf': '' })
  assert.equal(findConfigFile(example), join(example, 'examples/config/pushpin.conf'))
})

test('a directory of that name is not a config file', (t) => {
  const dir = configDir(t, { 'config/pushpin.conf/x': '', 'pushpin.conf': '' })
  assert.equal(findConfigFile(dir), join(dir, 'pushpin.conf'))
})

test('without any file nothing is found', (t) => {
  const dir = configDir(t, {})
  assert.equal(findConfigFile(dir, inWorkingDirectory), undefined)
  assert.deepEqual(searchedFiles.slice(3), ['/etc/pushpin/pushpin.conf'])
})
