/// <reference types="vite/client" />

interface ImportMetaEnv {
  readonly VITE_SKYGEAR_ENDPOINT: string
  readonly VITE_SKYGEAR_API_KEY: string
}
