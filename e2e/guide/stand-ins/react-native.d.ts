/** As much of React Native and its storages as samples use; the real packages are large. */
declare module 'react-native' {
  import type { ComponentType, ReactNode } from 'react'

  export const View: ComponentType<{ children?: ReactNode; style?: object }>
  export const Text: ComponentType<{ children?: ReactNode; style?: object }>
  export const Button: ComponentType<{ title: string; onPress(): unknown; disabled?: boolean }>
  export const TextInput: ComponentType<{
    value?: string
    onChangeText?(text: string): unknown
    placeholder?: string
    secureTextEntry?: boolean
    autoCapitalize?: 'none' | 'sentences' | 'words' | 'characters'
    autoComplete?: string
    inputMode?: string
  }>
}

declare module '@react-native-async-storage/async-storage' {
  const AsyncStorage: {
    getItem(key: string): Promise<string | null>
    setItem(key: string, value: string): Promise<void>
    removeItem(key: string): Promise<void>
  }
  export default AsyncStorage
}

declare module 'expo-secure-store' {
  export function getItemAsync(key: string): Promise<string | null>
  export function setItemAsync(key: string, value: string): Promise<void>
  export function deleteItemAsync(key: string): Promise<void>
}
