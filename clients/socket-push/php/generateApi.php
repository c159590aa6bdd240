<?php

/*
 * Asks a gateway for the description of its API and writes a class for each service: NodeRPC_Service_Auth, which is NodeRPC_Auth_Service too,
 * and so on. Needs no extension.
 */

require_once __DIR__ . '/NodeRPC_Service_Abstract.php';

$options = getopt('h:p:t:o:');
if (empty($options['h'])) {
    fwrite(STDERR, "Usage: php generateApi.php -h HOST [-p PORT] [-t TOKEN] [-o DIRECTORY]\n");
    exit(2);
}
$directory = $options['o'] ?? __DIR__;
foreach ($directory === __DIR__ ? [] : ['NodeRPC_Service_Abstract.php', 'NodeRPC_Service_Exception.php'] as $file) {
    copy(__DIR__ . "/$file", "$directory/$file") || exit(1);
}

try {
    $services = NodeRPC_Service_Abstract::get("http://{$options['h']}:" . ($options['p'] ?? 80) . '/api', $options['t'] ?? null);
} catch (NodeRPC_Service_Exception $exception) {
    fwrite(STDERR, $exception->getMessage() . "\n");
    exit(1);
}
foreach ($services as $service => $methods) {
    $file = "$directory/NodeRPC_Service_" . ucfirst($service) . '.php';
    if (file_put_contents($file, classOf($service, $methods)) === false) {
        exit(1);
    }
    echo "$file\n";
}

/** The text of a class file. What the gateway says ends up in code, so it has to be names. */
function classOf(string $service, array $methods): string
{
    $name = ucfirst(name($service));
    $types = [];
    $functions = '';
    foreach ($methods as $method => $definition) {
        $types[name($method)] = array_column($definition['params'], 'type');
        $functions .= functionOf($method, $definition);
    }
    return "<?php\n\n"
        . "require_once __DIR__ . '/NodeRPC_Service_Abstract.php';\n\n"
        . "class NodeRPC_Service_$name extends NodeRPC_Service_Abstract\n{\n"
        . "    const SERVICE = '$service';\n\n"
        . "    const METHODS = " . str_replace("\n", "\n    ", var_export($types, true)) . ";\n"
        . $functions
        . "}\n\nclass_alias('NodeRPC_Service_$name', 'NodeRPC_{$name}_Service');\n";
}

function functionOf(string $method, array $definition): string
{
    $parameters = [];
    $lines = ['    /**', '     * ' . str_replace(["\n", '*/'], ' ', $definition['description'])];
    foreach ($definition['params'] as $parameter) {
        $parameters[] = '$' . name($parameter['name']);
        $type = ['number' => 'int', 'string' => 'string'][$parameter['type']] ?? 'mixed';
        $lines[] = "     * @param $type \${$parameter['name']}";
    }
    $list = implode(', ', $parameters);
    return "\n" . implode("\n", $lines) . "\n     */\n"
        . "    public function $method($list)\n    {\n        return \$this->proxyCall('$method', [$list]);\n    }\n";
}

function name(string $text): string
{
    if (!preg_match('/^[a-z]\w*$/i', $text)) {
        fwrite(STDERR, "not a name: $text\n");
        exit(1);
    }
    return $text;
}
