import type { Command } from 'commander'
import { loadSettings, type Settings } from '../settings.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import { administer } from './administration.ts'
import { type Keys, keyFileOf, readKeys, rotateKeys } from './keys.ts'
import { CommandError, type Outcome, reporting } from './outcome.ts'

interface RotateOptions {
  api?: boolean
  master?: boolean
  tokenSecret?: boolean
}

/** What a new key means, by the settings' names. */
const effects: Record<keyof Keys, { variable: string; effect: string }> = {
  apiKey: {
    variable: 'API_KEY',
    effect: 'Apps that carry the old API key are refused (code 103) until they are published anew.',
  },
  masterKey: {
    variable: 'MASTER_KEY',
    effect: 'Your own servers that use the old master key are refused. Apps notice nothing.',
  },
  tokenSecret: {
    variable: 'TOKEN_STORE_SECRET',
    effect:
      'With TOKEN_STORE=jwt every user is logged out, those without a password for good; otherwise nothing changes.',
  },
}

export function addKeyCommand(program: Command): void {
  program
    .command('key')
    .description('look after the keys that were made on first start')
    .command('rotate')
    .description('replace keys in the key file; the server takes the new ones when it starts again')
    .option('--api', 'the API key, which is in every app')
    .option('--master', 'the master key')
    .option('--token-secret', 'the secret that signs JWT tokens')
    .addHelpText(
      'after',
      `
Keys that are set by API_KEY, MASTER_KEY or TOKEN_STORE_SECRET are changed there.

Example:
  skygear-server key rotate --master`,
    )
    .action(reporting(rotate))
}

async function rotate({ api, master, tokenSecret }: RotateOptions): Promise<Outcome> {
  const given = { apiKey: api, masterKey: master, tokenSecret }
  const names = (Object.keys(given) as (keyof Keys)[]).filter((name) => given[name])
  if (names.length === 0) throw new CommandError('Give --api, --master or --token-secret.')
  const settings = loadSettings(process.env)
  checkSource(settings, names)
  const file = keyFileOf(settings)
  const oldApiKey = readKeys(file)?.apiKey
  const { apiKey } = rotateKeys(file, names)
  const isNoted = await noteRotation(names)
  const lines = [
    `Wrote ${file}. The new keys take effect when the server is started again:`,
    ...names.map((name) => `  ${effects[name].variable}: ${effects[name].effect}`),
  ]
  if (!isNoted) lines.push('The database is not there to note this in the audit trail.')
  // No secret: it is in every app.
  if (api)
    lines.push(`New API key: ${apiKey}`, `Old API key: ${oldApiKey} (API_KEY brings it back)`)
  return {
    text: lines.join('\n'),
    json: {
      file,
      rotated: names.map((name) => effects[name].variable),
      ...(api && { api_key: apiKey, old_api_key: oldApiKey }),
    },
  }
}

/** False when there is no database to note it in; the keys are new all the same. */
async function noteRotation(names: (keyof Keys)[]): Promise<boolean> {
  const keys = names.map((name) => effects[name].variable)
  try {
    await administer(({ audit, storage }) => audit(storage, 'rotate_keys', null, { keys }))
    return true
  } catch (error) {
    if (error instanceof CommandError || error instanceof StorageUnavailable) return false
    throw error
  }
}

/** A key that a setting gives is not the one of the key file. */
function checkSource(settings: Settings, names: (keyof Keys)[]): void {
  const set = names.filter((name) => settings[name] !== '').map((name) => effects[name].variable)
  if (set.length > 0) {
    throw new CommandError(`${set.join(' and ')} is given by the environment. Change it there.`)
  }
}
