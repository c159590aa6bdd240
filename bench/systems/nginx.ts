import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../test/support/free-ports.ts'
import { Child } from '../child.ts'
import { findProgram } from './installed.ts'
import type { Running, StartOptions, System } from './system.ts'

const NCHAN = ['/usr/lib/nginx/modules/ngx_nchan_module.so', '/usr/lib64/nginx/modules/ngx_nchan_module.so']

/** nginx as a plain reverse proxy with connections kept to the backend; bodies stream through its memory, not over the disk. */
export const nginx: System = {
  title: 'nginx',
  missing: () => (findProgram('nginx') === undefined ? 'nginx (Debian: nginx)' : undefined),
  start: (options) =>
    start(options, {
      main: '',
      server: `location / {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_request_buffering off;
        proxy_max_temp_file_size 0;
      }`,
    }),
}

/** nginx with nchan: publishes without a buffer of messages, so nothing but delivery is paid for. */
export const nchan: System = {
  title: 'nchan',
  missing: () => nginx.missing() ?? (nchanModule() === undefined ? 'nchan (Debian: libnginx-mod-nchan)' : undefined),
  start: async (options) => ({
    ...(await start(options, {
      main: `load_module ${nchanModule()};`,
      server: `location ~ ^/hold/(.+)$ {
        nchan_subscriber http-chunked websocket;
        nchan_channel_id $1;
        nchan_subscriber_first_message newest;
      }
      location ~ ^/publish/(.+)$ {
        nchan_publisher;
        nchan_channel_id $1;
        nchan_store_messages off;
      }`,
    })),
    holdHeader: 'TE: chunked',
  }),
}

function nchanModule(): string | undefined {
  return NCHAN.find((file) => existsSync(file))
}

interface Parts {
  readonly main: string
  readonly server: string
}

async function start(options: StartOptions, parts: Parts): Promise<Running> {
  const { directory, backendPort, logLevel } = options
  const [port = 0] = await freePorts(1)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join('\n')
  const file = join(directory, 'nginx.conf')
  await writeFile(
    file,
    `${parts.main}
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log ${directory}/error.log;
events { worker_connections 16000; }
http {
  access_log ${logLevel >= 2 ? `${directory}/access.log` : 'off'};
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_buffer_size 128k;
  ${temporary}
  upstream backend {
    server 127.0.0.1:${backendPort};
    keepalive 256;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    ${parts.server}
  }
}
`,
  )
  const program = findProgram('nginx') ?? 'nginx'
  // Without -e it complains about the log file of the machine's own nginx.
  const child = new Child(program, ['-c', file, '-e', join(directory, 'error.log')], join(directory, 'log'))
  await child.listens(port)
  return { child, port, publishPort: port, publishStyle: 'raw' }
}
