/** How a parameter is written in a path; `object` is any JSON value, as JSON text. */
export type ParameterType = 'number' | 'string' | 'object'

export interface Parameter {
  readonly name: string
  readonly type: ParameterType
}

/** Something that the management API can do. */
export interface Method {
  readonly params: readonly Parameter[]
  readonly description: string
  /**
   * @param values one for each parameter, of its type.
   * @returns a JSON value, or undefined for no result.
   * @throws {CallError}
   */
  call(values: readonly unknown[]): unknown
}

/** Methods by name, in the order in which they are described. */
export type Service = Readonly<Record<string, Method>>

export const userId: Parameter = { name: 'userId', type: 'number' }
export const sessionId: Parameter = { name: 'sessionId', type: 'string' }
export const channelId: Parameter = { name: 'channelId', type: 'string' }
export const message: Parameter = { name: 'message', type: 'object' }
