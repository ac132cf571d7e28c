import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { copyRepository } from '../copy-repository.ts'

/** What lies about in the folder of somebody who works on it, and must not get into an image. */
const SECRETS = [
  '.env',
  '.env.production',
  'data.db',
  'packages/server/.env',
  'packages/server/keys.json',
  'packages/server/skygear.db',
  'packages/server/skygear.db-wal',
  'packages/server/templates/.env',
]

/** In every one of these files. */
export const SECRET = 'must-not-get-into-an-image'

export interface BuildContext {
  folder: string
  remove(): void
}

/**
 * Copies the repository as it stands, with secrets in it, and with files that their owner alone can
 * read, as a careful umask makes them.
 */
export function createContext(): BuildContext {
  const folder = mkdtempSync(path.join(tmpdir(), 'skygear-container-'))
  for (const copy of copyRepository(folder)) {
    // Folders are made above it as needed, with the modes that the process gives them.
    chmodSync(copy, statSync(copy).mode & 0o700)
    for (let above = path.dirname(copy); above !== folder; above = path.dirname(above)) {
      chmodSync(above, 0o700)
    }
  }
  for (const file of SECRETS) writeFileSync(path.join(folder, file), SECRET)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
