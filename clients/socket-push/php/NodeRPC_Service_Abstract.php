<?php

require_once __DIR__ . '/NodeRPC_Service_Exception.php';

/** What the generated classes of all services have in common. */
abstract class NodeRPC_Service_Abstract
{
    /** Name in the path of the API. */
    const SERVICE = '';

    /** Parameter types of each method. */
    const METHODS = [];

    private string $base;
    private ?string $token;

    /** @param string|null $token the gateway's admin_token, if it has one */
    public function __construct(string $host, int $port = 80, ?string $token = null)
    {
        $this->base = "http://$host:$port";
        $this->token = $token;
    }

    /**
     * @return mixed the result, objects as arrays; null for none
     * @throws NodeRPC_Service_Exception
     */
    protected function proxyCall(string $method, array $arguments)
    {
        $path = [static::SERVICE, $method];
        foreach ($arguments as $index => $argument) {
            $path[] = self::segment($argument, static::METHODS[$method][$index]);
        }
        return self::get($this->base . '/' . implode('/', $path), $this->token);
    }

    /**
     * @return mixed the JSON of the answer
     * @throws NodeRPC_Service_Exception
     */
    public static function get(string $url, ?string $token = null)
    {
        $options = ['ignore_errors' => true, 'header' => $token === null ? [] : ["X-Admin-Token: $token"]];
        $body = @file_get_contents($url, false, stream_context_create(['http' => $options]));
        if ($body === false) {
            throw new NodeRPC_Service_Exception("cannot reach $url");
        }
        if (!preg_match('~^HTTP/1\.\d 200 ~', $http_response_header[0])) {
            throw new NodeRPC_Service_Exception($body);
        }
        return json_decode($body, true);
    }

    /** @param mixed $argument */
    private static function segment($argument, string $type): string
    {
        switch ($type) {
            case 'number':
                return (string) (int) $argument;
            case 'object':
                return rawurlencode(json_encode($argument, JSON_THROW_ON_ERROR));
            default:
                return rawurlencode((string) $argument);
        }
    }
}
