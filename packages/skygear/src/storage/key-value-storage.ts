/**
 * Where a client remembers its user and access token. `localStorage`, React Native's `AsyncStorage`
 * and anything of the same shape will do. A storage that answers at once makes `currentUser`
 * readable right after `config()`.
 */
export interface KeyValueStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
}
