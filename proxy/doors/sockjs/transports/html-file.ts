import { scriptText } from './script-text.ts'
import type { Transport } from './transport.ts'

export const htmlFile: Transport = {
  methods: ['GET'],
  streams: true,
  wantsCallback: true,
  format: (callback) => ({
    contentType: 'text/html; charset=UTF-8',
    prelude: page(callback),
    // What ends a script's element or begins a comment in it must not stand in there.
    encode: (frame) => `<script>\np(${scriptText(frame).replaceAll('<', '\\u003c')});\n</script>\r\n`,
  }),
}

/** Some browsers show nothing of a page before it has 1 KB. */
function page(callback: string): string {
  return `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>${' '.repeat(1024)}\r\n\r\n`
}
