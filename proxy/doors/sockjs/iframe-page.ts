import { createHash } from 'node:crypto'
import type { Exchange } from '../../accept/exchange.ts'
import { answer } from './answer.ts'

/** The page that clients of other origins load into a hidden iframe. */
export class IframePage {
  readonly #html: string
  readonly #etag: string

  /** @param script URL of the SockJS client */
  constructor(script: string) {
    this.#html = page(script.replaceAll('&', '&amp;').replaceAll('"', '&quot;'))
    this.#etag = `"${createHash('md5').update(this.#html).digest('hex')}"`
  }

  answer(exchange: Exchange): void {
    const isKnown = exchange.req.headers['if-none-match'] === this.#etag
    const kept = ['Cache-Control', 'public, max-age=31536000']
    const type = isKnown ? [] : ['Content-Type', 'text/html; charset=UTF-8']
    answer(exchange, isKnown ? 304 : 200, ['ETag', this.#etag, ...type, ...kept], isKnown ? '' : this.#html)
  }
}

function page(src: string): string {
  return `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="${src}"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>
`
}
