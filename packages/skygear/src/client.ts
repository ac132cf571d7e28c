import type { Answer, Connection, TimeoutOptions } from './connection.ts'
import type { SessionUser } from './session-store.ts'
import type { KeyValueStorage } from './storage/key-value-storage.ts'
import { VERSION } from './version.ts'

/** How to reach the server, as for `config`. */
export interface Configuration {
  /** The client key of the app, as the server printed it. */
  apiKey?: string
  /** URL of the server, with or without a slash at its end. */
  endPoint?: string
  /** Where to remember the log-in: `AsyncStorage` in React Native. */
  storage?: KeyValueStorage
}

/** What every client has, whatever parts it is made of. */
export interface BaseClient {
  readonly VERSION: string
  apiKey: string
  /** URL of the server; read back, it ends with a slash. Setting it to nothing changes nothing. */
  endPoint: string
  timeoutOptions: TimeoutOptions
  /**
   * Sets the server, and takes over the log-in that is remembered, without asking the server. With a
   * storage that answers at once, as `localStorage` does, that is done when this returns.
   */
  config(configuration: Configuration): Promise<this>
  configApiKey(apiKey: string): void
  configEndPoint(endPoint: string): void
  /** Calls a function that the server's operator has added. */
  lambda(name: string, args?: object): Promise<unknown>
  /** Sends any action, and resolves with all of the answer. */
  makeRequest(action: string, data?: object): Promise<Answer>
}

/** A client made of the given parts, which share its connection. */
export function createBaseClient<Parts extends object>(
  connection: Connection<SessionUser>,
  parts: Parts,
): BaseClient & Parts {
  const { request, lambda, session } = connection

  const base: BaseClient = {
    VERSION,
    get apiKey() {
      return connection.apiKey
    },
    set apiKey(apiKey) {
      connection.apiKey = apiKey
    },
    get endPoint() {
      return connection.endPoint
    },
    set endPoint(url) {
      if (url) connection.endPoint = url.endsWith('/') ? url : `${url}/`
    },
    get timeoutOptions() {
      return connection.timeoutOptions
    },
    set timeoutOptions(options) {
      connection.timeoutOptions = options
    },
    config({ apiKey, endPoint, storage }) {
      if (apiKey) base.apiKey = apiKey
      if (endPoint) base.endPoint = endPoint
      return session.load(storage).then(() => client)
    },
    configApiKey(apiKey) {
      base.apiKey = apiKey
    },
    configEndPoint(endPoint) {
      base.endPoint = endPoint
    },
    lambda,
    makeRequest: (action, data) => request(action, data),
  }
  const client = Object.assign(base, parts)
  return client
}
