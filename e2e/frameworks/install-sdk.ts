import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const SDK = path.resolve(import.meta.dirname, '../../packages/skygear')

/**
 * Puts the built SDK into an app's node_modules as npm would: the files that are published, and no link
 * to a folder that has more.
 */
export function installSdk(app: string): void {
  if (!existsSync(path.join(SDK, 'dist'))) throw new Error('Not built: npm run build')
  const { files } = JSON.parse(readFileSync(path.join(SDK, 'package.json'), 'utf8'))
  const installed = path.join(app, 'node_modules', 'skygear')
  rmSync(installed, { recursive: true, force: true })
  for (const file of ['package.json', ...files]) {
    cpSync(path.join(SDK, file), path.join(installed, file), { recursive: true })
  }
}
