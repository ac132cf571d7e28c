/** Code to run, and how: `import` needs a module, assigning to nothing declared a script. */
export interface Act {
  kind: 'module' | 'script'
  code: string
}

/** What is to be run, in one fresh process or page, one act after the other. */
export interface Scene {
  /** Variables that the acts find in scope. */
  given: { [name: string]: string }
  /** Before anything is observed. */
  setting: Act
  acts: Act[]
}

/** What was seen while the acts ran, and what was there in the end. */
export interface Report {
  /** What each `console.log` was given. */
  printed: unknown[][]
  /** What each `console.error` and `console.warn` was given. */
  complaints: unknown[][]
  /** Ids of the users that `onUserChanged` told of. */
  changes: Array<string | null>
  currentUser: { [attribute: string]: unknown } | null
}

/** Somewhere to play scenes. */
export interface Stage {
  /** Rejects when an act throws, or leaves a rejection unhandled. */
  play(scene: Scene): Promise<Report>
  close(): Promise<void>
}

/** A sample as a module, with the import line that samples on later pages leave out. */
export function sampleAct(code: string): Act {
  const importLine = /^import /m.test(code) ? '' : "import skygear from 'skygear'\n"
  return { kind: 'module', code: importLine + code }
}

/** Code of a test's own as a module, with all that it may need from the SDK. */
export function testAct(code: string): Act {
  const importLine = "import skygear, { createClient, createMemoryStorage } from 'skygear'\n"
  return { kind: 'module', code: importLine + code }
}

/** The same for scenes of scripts, whose client is the global one. */
export function testActBesideScripts(code: string): Act {
  const importLine = "import { createClient, createMemoryStorage } from 'skygear'\n"
  return { kind: 'module', code: importLine + code }
}

/** Code that signs up the user of the given variables. */
export const SIGN_UP = 'await skygear.auth.signup({ username, email }, password)'

/** Code that makes the server unreachable. */
export const UNPLUG = "skygear.configEndPoint('http://127.0.0.1:9/')"

/** Code that runs with another client, `other`, into which the user has logged in. */
export function onAnotherDevice(code: string): string {
  return `{
    const storage = createMemoryStorage()
    const other = await createClient().config({ endPoint, apiKey, storage })
    await other.auth.loginWithUsername(username, password)
    ${code}
  }`
}

/** Code that makes `thief` a client which has got hold of the session's access token. */
export const STEAL_TOKEN = `
  const loot = createMemoryStorage()
  loot.setItem('skygear-accesstoken', skygear.auth.accessToken)
  globalThis.thief = await createClient().config({ endPoint, apiKey, storage: loot })
  await thief.auth.whoami()`

/** Code that prints who the client of that name is, or the code of the error. */
export function printWho(client: string): string {
  return `await ${client}.auth.whoami().then(
    (user) => console.log(user.username),
    (error) => console.log(error.code),
  )`
}
