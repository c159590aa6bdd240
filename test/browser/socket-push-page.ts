/**
 * A page as it was written for socket.io 0.6: asks for user and session id once it is connected, and shows what comes.
 *
 * @param options of `io.Socket`, as JSON
 */
export function socketPushPage(port: number, options: string): string {
  return `<!doctype html>
<title>socket-push</title>
<script src="http://127.0.0.1:${port}/socket.io/socket.io.js"></script>
<form id="who" hidden><input id="userId"><input id="sessionId"><input type="submit"></form>
<pre id="shown"></pre>
<script>
  var show = function (text) { document.getElementById('shown').append(text + '\\n') }
  var socket = new io.Socket(null, Object.assign({ port: ${port}, rememberTransport: false }, ${options}))
  socket.on('connect', function () {
    document.getElementById('who').hidden = false
    show('connected by ' + socket.transport.type)
  })
  socket.on('message', function (message) { show(JSON.stringify(message)) })
  socket.on('disconnect', function () { show('disconnected') })
  socket.on('connect_failed', function () { show('failed') })
  document.getElementById('who').onsubmit = function () {
    var userId = document.getElementById('userId').value
    socket.send('{"userId":"' + userId + '",\\n"hash":"' + document.getElementById('sessionId').value + '"}')
    return false
  }
  socket.connect()
</script>
`
}
