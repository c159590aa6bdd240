/** What a browser's tabs run; a test calls its functions and looks at what has come. */
export const PAGE = `<!doctype html>
<title>WebSockets</title>
<script>
  const sockets = {}

  function connect(name, path, protocols = []) {
    const socket = new WebSocket('ws://' + location.host + path, protocols)
    socket.binaryType = 'arraybuffer'
    const state = { socket, messages: [], end: '' }
    sockets[name] = state
    socket.onmessage = ({ data }) => state.messages.push(shown(data))
    return new Promise((resolve) => {
      socket.onopen = () => resolve('open, ' + (socket.protocol || 'no protocol') + ', ' + (socket.extensions || 'no extension'))
      socket.onclose = ({ code, reason, wasClean }) => {
        state.end = (code + ' ' + reason).trim() + (wasClean ? '' : ', not clean')
        resolve('closed')
      }
    })
  }

  function shown(data) {
    if (typeof data !== 'string') return 'binary ' + Array.from(new Uint8Array(data)).join(' ')
    return data.length > 100 ? data.length + ' times ' + [...new Set(data)].join('') : data
  }
</script>
`
