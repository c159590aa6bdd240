import { request } from 'node:http'

/**
 * An object with a method for each one of a service of the management API. A method takes its parameters, then perhaps a function for the
 * result and one for an error. The latter is only taken for one behind the former. Without them it returns a promise.
 *
 * @param {string} name of the service
 * @param {Record<string, { params: { name: string, type: string }[] }>} definition as `/api` has it
 * @param {{ host: string, port?: number, token?: string }} gateway
 * @returns {Record<string, (...values: unknown[]) => Promise<unknown> | undefined>}
 */
export function serviceProxy(name, definition, gateway) {
  const methods = Object.entries(definition).map(([method, { params }]) => [
    method,
    (...values) => {
      const [onResult, onError] = values.splice(params.length)
      const path = [name, method, ...values.map((value, at) => segment(value, params[at].type))].join('/')
      const result = get(`/${path}`, gateway)
      if (onResult === undefined) return result
      // Behind the promise, so that what a callback throws is no rejection of the call.
      result.then(
        (value) => process.nextTick(onResult, value),
        (error) => process.nextTick(onError ?? ignore, error.message),
      )
      return undefined
    },
  ])
  return Object.fromEntries(methods)
}

/**
 * Proxies of all services that the gateway describes, by name.
 *
 * @param {{ host: string, port?: number, token?: string }} gateway
 */
export async function connect(gateway) {
  const services = Object.entries(await get('/api', gateway))
  return Object.fromEntries(services.map(([name, definition]) => [name, serviceProxy(name, definition, gateway)]))
}

function segment(value, type) {
  return encodeURIComponent(type === 'object' ? JSON.stringify(value) : String(value))
}

/** The JSON of the answer, undefined for none. Rejects with an Error whose message is what the gateway said. */
function get(path, { host, port = 80, token }) {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const call = request({ host, port, path, headers }, (response) => {
      const pieces = []
      response.on('data', (piece) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(pieces).toString()
        if (response.statusCode !== 200) reject(new Error(body))
        else resolve(body === '' || body === 'null' ? undefined : JSON.parse(body))
      })
    })
    call.on('error', reject)
    call.end()
  })
}

function ignore() {}
