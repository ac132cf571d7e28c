import { readToken, type TokenSource, verifyJwt } from 'skygear/server'

export async function readClaims(request: TokenSource) {
  const token = readToken(request)
  return token ? verifyJwt(token, { tokenSecret: process.env.TOKEN_STORE_SECRET! }) : null
}
