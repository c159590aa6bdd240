/*
 * The browser side of socket.io 0.6, first part: how packets travel. The gateway sends both parts as one plain script, /socket.io/socket.io.js.
 */
;(() => {
  // Pages told the library where its Flash film was; there is none.
  const io = { version: '0.6.3', JSONP: [], setPath() {} }
  window.io = io

  /** Milliseconds without a word from the server after which a connection is taken for lost. */
  const SILENCE = 15_000
  const POLLING_SILENCE = 25_000

  function unit(message) {
    const isObject = Object.prototype.toString.call(message) === '[object Object]'
    const data = isObject ? `~j~${JSON.stringify(message)}` : String(message ?? '')
    return `~m~${data.length}~m~${data}`
  }

  /** The data of each unit of a packet; lengths count UTF-16 code units. */
  function readPacket(packet) {
    const messages = []
    const head = /~m~(\d+)~m~/y
    for (let found = head.exec(packet); found !== null; found = head.exec(packet)) {
      const start = head.lastIndex
      head.lastIndex = start + Number(found[1])
      messages.push(packet.slice(start, head.lastIndex))
    }
    return messages
  }

  /** What all transports have in common. `owner` hears `opened`, `data` and `lost`, the last once. */
  class Transport {
    constructor(owner, address) {
      this.owner = owner
      this.address = address
      this.sessionid = undefined
      this.isOver = false
    }

    get silence() {
      return POLLING_SILENCE
    }

    url(...more) {
      const { secure, host, port, resource } = this.address
      const path = [resource, this.type, this.sessionid ?? '', ...more].join('/')
      return `${secure ? 'https' : 'http'}://${host}:${port}/${path}`
    }

    packet(text) {
      this.watch()
      for (const data of readPacket(text)) {
        if (this.isOver) return
        if (this.sessionid === undefined) {
          this.sessionid = data
          this.owner.opened(this)
        } else if (data.startsWith('~h~')) this.send(unit(data))
        else this.owner.data(data.startsWith('~j~') ? JSON.parse(data.slice(3)) : data)
      }
    }

    watch() {
      clearTimeout(this.timer)
      if (!this.isOver) this.timer = setTimeout(() => this.lost(), this.silence)
    }

    lost() {
      if (this.isOver) return
      this.close()
      this.owner.lost(this)
    }

    /** Ends without a word to the owner. */
    close() {
      this.isOver = true
      clearTimeout(this.timer)
      this.stop()
    }
  }

  class WebSocketTransport extends Transport {
    type = 'websocket'

    get silence() {
      return SILENCE
    }

    static isPossible() {
      return typeof WebSocket === 'function'
    }

    start() {
      const { secure, host, port, resource } = this.address
      this.socket = new WebSocket(`${secure ? 'wss' : 'ws'}://${host}:${port}/${resource}/websocket`)
      this.socket.addEventListener('message', ({ data }) => this.packet(data))
      this.socket.addEventListener('close', () => this.lost())
    }

    send(packet) {
      this.socket.send(packet)
    }

    stop() {
      this.socket.close()
    }
  }

  /** Sends one packet after another: what is said meanwhile goes together. */
  class PollingTransport extends Transport {
    unsent = ''
    isPosting = false

    start() {
      this.poll()
    }

    send(packet) {
      this.unsent += packet
      this.postNext()
    }

    postNext() {
      if (this.isPosting || this.unsent === '' || this.isOver) return
      const packet = this.unsent
      this.unsent = ''
      this.isPosting = true
      this.post(packet, (isTaken) => {
        this.isPosting = false
        if (isTaken) this.postNext()
        else this.lost()
      })
    }

    answered(packet) {
      if (this.isOver) return
      this.packet(packet)
      if (!this.isOver) this.poll()
    }
  }

  class XhrPolling extends PollingTransport {
    type = 'xhr-polling'

    static isPossible() {
      return typeof XMLHttpRequest === 'function'
    }

    poll() {
      this.get = new XMLHttpRequest()
      this.get.open('GET', this.url(Date.now()))
      this.get.addEventListener('loadend', () => {
        if (this.get.status === 200) this.answered(this.get.responseText)
        else this.lost()
      })
      this.get.send()
    }

    post(packet, done) {
      const request = new XMLHttpRequest()
      request.open('POST', this.url('send'))
      request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded; charset=utf-8')
      request.addEventListener('loadend', () => done(request.status === 200))
      request.send(`data=${encodeURIComponent(packet)}`)
    }

    stop() {
      this.get.abort()
    }
  }

  /** For pages that may do nothing but load scripts and send forms. */
  class JsonpPolling extends PollingTransport {
    type = 'jsonp-polling'

    static isPossible() {
      return true
    }

    start() {
      // The number by which the scripts that come find this transport.
      this.index = io.JSONP.push({ _: (packet) => this.answered(packet) }) - 1
      // Not before the page has loaded: it would go on loading as long as a script is waited for.
      if (document.readyState === 'complete') super.start()
      else window.addEventListener('load', () => setTimeout(() => this.isOver || super.start()), { once: true })
    }

    poll() {
      this.script?.remove()
      this.script = document.createElement('script')
      this.script.src = this.url(Date.now(), this.index)
      this.script.addEventListener('error', () => this.lost())
      document.head.append(this.script)
    }

    post(packet, done) {
      const frame = document.createElement('iframe')
      const form = document.createElement('form')
      const field = document.createElement('textarea')
      frame.name = `socket-io-${this.index}-${Date.now()}`
      form.method = 'POST'
      form.action = this.url(Date.now(), this.index)
      form.target = frame.name
      form.hidden = true
      field.name = 'data'
      field.value = packet
      form.append(field, frame)
      document.body.append(form)
      frame.addEventListener('load', () => {
        form.remove()
        done(true)
      })
      form.submit()
    }

    stop() {
      this.script?.remove()
      io.JSONP[this.index] = { _() {} }
    }
  }

  io.Transport = { websocket: WebSocketTransport, 'xhr-polling': XhrPolling, 'jsonp-polling': JsonpPolling }
  io.unit = unit
})()
