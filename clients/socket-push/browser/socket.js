/*
 * The browser side of socket.io 0.6, second part, for pages that were written for it: `io.Socket(host, options)`, over a WebSocket of today or, where
 * none can be had, over polling.
 */
;(() => {
  const { io } = window
  const { unit } = io

  const DEFAULTS = {
    resource: 'socket.io',
    transports: ['websocket', 'xhr-polling', 'jsonp-polling'],
    connectTimeout: 5000,
    tryTransportsOnConnectTimeout: true,
    reconnect: true,
    reconnectionDelay: 500,
    maxReconnectionAttempts: 10,
    rememberTransport: true,
  }

  io.Socket = class Socket {
    constructor(host, options) {
      const secure = options?.secure ?? location.protocol === 'https:'
      this.options = { secure, port: location.port || (secure ? 443 : 80), ...DEFAULTS, ...options }
      this.host = host || location.hostname
      this.connected = false
      this.connecting = false
      this.reconnecting = false
      this.events = new Map()
      this.transport = null
      this.queueStack = []
      this.attempts = 0
    }

    connect(listener) {
      if (typeof listener === 'function') this.once('connect', listener)
      if (!this.connected && !this.connecting) this.tryTransports(this.usableTransports())
      return this
    }

    send(message) {
      if (this.connected) this.transport.send(unit(message))
      else this.queueStack.push(message)
      return this
    }

    disconnect() {
      clearTimeout(this.timer)
      this.reconnecting = false
      this.transport?.close()
      this.over()
      return this
    }

    on(name, listener) {
      this.events.set(name, [...(this.events.get(name) ?? []), listener])
      return this
    }

    once(name, listener) {
      const wrapped = (...values) => {
        this.removeEvent(name, wrapped)
        listener.apply(this, values)
      }
      wrapped.listener = listener
      return this.on(name, wrapped)
    }

    removeEvent(name, listener) {
      const others = (this.events.get(name) ?? []).filter((one) => one !== listener && one.listener !== listener)
      this.events.set(name, others)
      return this
    }

    emit(name, values = []) {
      for (const listener of this.events.get(name) ?? []) listener.apply(this, values)
      return this
    }

    /** Those of the options that there are, the one that worked last time first. */
    usableTransports() {
      const { transports, rememberTransport } = this.options
      const last = rememberTransport ? /(?:^|;\s*)socketio=([^;]*)/.exec(document.cookie)?.[1] : undefined
      const usable = transports.filter((name) => io.Transport[name]?.isPossible() === true)
      return usable.toSorted((one, other) => Number(other === last) - Number(one === last))
    }

    tryTransports([name, ...others]) {
      clearTimeout(this.timer)
      this.connecting = name !== undefined
      if (name === undefined) {
        this.failed()
        return
      }
      const { secure, port, resource, connectTimeout, tryTransportsOnConnectTimeout } = this.options
      const Kind = io.Transport[name]
      this.remaining = tryTransportsOnConnectTimeout ? others : []
      this.transport = new Kind(this, { secure, host: this.host, port, resource })
      this.emit('connecting', [name])
      if (connectTimeout > 0) this.timer = setTimeout(() => this.transport.lost(), connectTimeout)
      this.transport.start()
    }

    opened(transport) {
      clearTimeout(this.timer)
      this.connecting = false
      this.connected = true
      if (this.options.rememberTransport) document.cookie = `socketio=${transport.type}; SameSite=Lax`
      const waiting = this.queueStack.map(unit).join('')
      this.queueStack = []
      if (waiting !== '') transport.send(waiting)
      this.emit('connect')
      if (this.reconnecting) this.emit('reconnect', [transport.type, this.attempts])
      this.reconnecting = false
      this.attempts = 0
    }

    data(message) {
      this.emit('message', [message])
    }

    lost() {
      if (!this.connected) {
        this.tryTransports(this.remaining)
        return
      }
      this.over()
      if (this.options.reconnect && !this.reconnecting) this.reconnectLater()
    }

    over() {
      const wasConnected = this.connected
      this.connected = false
      this.connecting = false
      this.queueStack = []
      if (wasConnected) this.emit('disconnect')
    }

    /** No transport could connect. */
    failed() {
      if (!this.reconnecting) this.emit('connect_failed')
      else if (this.attempts < this.options.maxReconnectionAttempts) this.reconnectLater()
      else {
        this.reconnecting = false
        this.attempts = 0
        this.emit('reconnect_failed')
      }
    }

    reconnectLater() {
      this.reconnecting = true
      const delay = this.options.reconnectionDelay * 2 ** this.attempts
      this.attempts++
      this.emit('reconnecting', [delay, this.attempts])
      this.timer = setTimeout(() => this.tryTransports(this.usableTransports()), delay)
    }
  }

  const { prototype } = io.Socket
  prototype.fire = prototype.emit
  prototype.addListener = prototype.addEvent = prototype.addEventListener = prototype.on
  prototype.removeListener = prototype.removeEventListener = prototype.removeEvent
})()
