import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { needs } from '../../support/programs.ts'
import { startSocketPush } from '../../support/socket-push.ts'

const skip = needs('php')
const push = skip === false ? await startSocketPush({ admin_token: 'secret' }) : undefined
const directory = mkdtempSync(join(tmpdir(), 'php-'))
after(() => rmSync(directory, { recursive: true }))

async function php(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('php', ['-d', 'display_errors=1', '-d', 'error_reporting=-1', ...args])
  return stdout
}

function generate(...more: readonly string[]): Promise<string> {
  return php(
    'clients/socket-push/php/generateApi.php',
    '-h',
    '127.0.0.1',
    '-p',
    String(push?.adminPort),
    '-o',
    directory,
    ...more,
  )
}

test('classes are generated from what the gateway says, and call it', { skip }, async () => {
  await generate('-t', 'secret')
  assert.deepEqual(readdirSync(directory).toSorted(), [
    'NodeRPC_Service_Abstract.php',
    'NodeRPC_Service_Auth.php',
    'NodeRPC_Service_Channel.php',
    'NodeRPC_Service_Exception.php',
    'NodeRPC_Service_User.php',
  ])
  const script = `
    foreach (['Abstract', 'Auth', 'Channel', 'User'] as $name) require_once "${directory}/NodeRPC_Service_$name.php";
    $auth = new NodeRPC_Service_Auth('127.0.0.1', ${push?.adminPort}, 'secret');
    echo json_encode($auth->set(2, 'a/b ü')), "\\n", json_encode($auth->check('a/b ü')), "\\n";
    $channel = new NodeRPC_Channel_Service('127.0.0.1', ${push?.adminPort}, 'secret');
    for ($x = 0; $x < 100; $x++) $channel->subscribe(2, 'testChannel' . $x);
    echo count($channel->getSubscriptions(2)), ' ', $channel->getSubscriptions(2)[99], "\\n";
    echo count($channel->listAll()), ' ', implode(',', $channel->getSubscribers('testChannel0')), "\\n";
    $channel->publish('testChannel0', ['a' => [1, 'ü']]);
    $user = new NodeRPC_Service_User('127.0.0.1', ${push?.adminPort}, 'secret');
    echo json_encode($user->listAll()), "\\n";
    try { $user->publish(9, 'hi'); } catch (NodeRPC_Service_Exception $e) { echo $e->getMessage(), "\\n"; }
    try { (new NodeRPC_Service_Auth('127.0.0.1', ${push?.adminPort}))->check('x'); } catch (Exception $e) { echo $e->getMessage(), "\\n"; }
  `
  assert.equal(await php('-r', script), 'null\n2\n100 testChannel99\n100 2\n[]\nUser not connected\nUnauthorized\n')
})

test('the generator says what is wrong', { skip }, async () => {
  await assert.rejects(generate(), /Unauthorized/)
  await assert.rejects(php('clients/socket-push/php/generateApi.php'), /Usage: php generateApi.php -h HOST/)
})
