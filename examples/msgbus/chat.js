const CHANNEL = '/msgbus/chatdemo'
const LINES = 10

const [lines, form, text, sending, connection] = ['lines', 'form', 'text', 'sending', 'connection'].map((id) =>
  document.getElementById(id),
)

// The browser opens the connection anew when it is lost.
const events = new EventSource(CHANNEL)
events.addEventListener('open', () => (connection.value = 'Connected'))
events.addEventListener('error', () => (connection.value = 'Disconnected'))
events.addEventListener('message', ({ data }) => {
  const { sender, body } = JSON.parse(data)
  if (body === undefined) return
  const line = document.createElement('li')
  if (sender !== undefined) line.append(Object.assign(document.createElement('b'), { textContent: sender }))
  // As text: whoever publishes must not be able to put a script into this page.
  line.append(body)
  lines.append(line)
  while (lines.children.length > LINES) lines.firstChild.remove()
})

text.addEventListener('input', () => (sending.value = text.value === '' ? 'Waiting' : 'Typing'))

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (text.value !== '') void send(text.value)
  text.value = ''
})

async function send(body) {
  sending.value = 'Sending'
  try {
    const headers = { 'Content-Type': 'text/plain' }
    const { status, statusText } = await fetch(CHANNEL, { method: 'POST', body, headers })
    sending.value = status === 204 ? 'Sent' : `${status} ${statusText}`
  } catch {
    sending.value = 'Not sent'
  }
}
