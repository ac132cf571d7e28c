import type * as esm from './react.mjs' with { 'resolution-mode': 'import' }

declare const react: typeof esm

declare namespace react {
  type AnyClient = esm.AnyClient
  type UsedAuth<App extends esm.AnyClient> = esm.UsedAuth<App>
  type UserOf<App extends esm.AnyClient> = esm.UserOf<App>
}

export = react
