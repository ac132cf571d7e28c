import type * as esm from './server.mjs' with { 'resolution-mode': 'import' }

declare const server: typeof esm

declare namespace server {
  type Attributes = esm.Attributes
  type NodeHeaders = esm.NodeHeaders
  type Record = esm.Record
  type SkygearError = esm.SkygearError
  type TokenClaims = esm.TokenClaims
  type TokenSource = esm.TokenSource
  type User<Profile extends object = object> = esm.User<Profile>
  type VerifierOptions = esm.VerifierOptions
  type Verify<Profile extends object = object> = esm.Verify<Profile>
}

export = server
