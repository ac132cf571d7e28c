// Does one step of the mail flows with the published SDK and prints what it gave, as JSON.
//
//   node run-mail-step.mjs ENDPOINT API_KEY STEP [ARGUMENT…]

import { createRequire } from 'node:module'

const [endPoint, apiKey, step, ...args] = process.argv.slice(2)
const require = createRequire(new URL('1.7.2/package.json', import.meta.url))
const loaded = require('skygear')
const skygear = loaded.default ?? loaded
const { log } = console
// An SDK that finds nothing in its cache says so, where the result is expected.
console.log = () => {}

const steps = {
  forgot: (email) => skygear.auth.forgotPassword(email),
  reset: (userId, code, expireAt, password) =>
    skygear.auth.resetPassword(userId, code, Number(expireAt), password),
  async logIn(email, password) {
    const user = await skygear.auth.loginWithEmail(email, password)
    return user.email
  },
  async requestVerification(email, password) {
    await skygear.auth.loginWithEmail(email, password)
    return (await skygear.auth.requestVerification('email')) ?? 'nothing'
  },
  async verify(email, password, code) {
    await skygear.auth.loginWithEmail(email, password)
    const user = await skygear.auth.verifyUserWithCode(code)
    return { email: user.email, verified: user['email_verified'] }
  },
}

try {
  await skygear.config({ endPoint, apiKey })
  log(JSON.stringify({ result: await steps[step](...args) }))
} catch (error) {
  log(JSON.stringify({ error: { code: error?.error?.code, message: error?.error?.message } }))
}
process.exit()
