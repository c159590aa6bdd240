/** What a browser's tabs run to try a transport; a test calls its function and looks at what has come. */
export const SOCKJS_PAGE = `<!doctype html>
<title>SockJS</title>
<script src="/sockjs.js"></script>
<script>
  const state = { messages: [], end: '' }

  function connect(url, transport) {
    const socket = new SockJS(url, null, { transports: [transport], timeout: 60_000 })
    state.socket = socket
    socket.onmessage = ({ data }) => state.messages.push(data)
    return new Promise((resolve) => {
      socket.onopen = () => resolve('open by ' + socket.transport)
      socket.onclose = ({ code, reason }) => {
        state.end = (code + ' ' + reason).trim()
        resolve('closed: ' + state.end)
      }
    })
  }
</script>
`
