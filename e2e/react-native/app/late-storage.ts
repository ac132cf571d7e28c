import AsyncStorage from '../node_modules/@react-native-async-storage/async-storage/lib/module/index.js'

const hasWaited = new Promise<void>((resolve) => {
  Object.assign(globalThis, { letStorageAnswer: resolve })
})

/** The real storage, which answers no sooner than the page's test lets it. */
export default {
  async getItem(key: string) {
    await hasWaited
    return AsyncStorage.getItem(key)
  },
  async setItem(key: string, value: string) {
    await hasWaited
    await AsyncStorage.setItem(key, value)
  },
  async removeItem(key: string) {
    await hasWaited
    await AsyncStorage.removeItem(key)
  },
}
