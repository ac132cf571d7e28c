import { existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Finding, ok, problem, warning } from '../../storage/finding.ts'

const MIB = 1024 * 1024

/** Below this, a busy server may fill the disk before somebody looks. */
const WARN_BELOW_MIB = 1024

/** Below this, SQLite and its log soon cannot be written. */
const FAIL_BELOW_MIB = 100

/** Looks at the room that is left where a folder is, or will be. */
export function examineDisk(wanted: string): Finding {
  const folder = nearestFolder(resolve(wanted))
  const { bavail, bsize } = statfsSync(folder)
  const free = Math.floor((bavail * bsize) / MIB)
  const what = `${free} MiB are free on the disk of ${folder}.`
  const remedy = 'Make room, or move DATA_DIR to another disk.'
  if (free < FAIL_BELOW_MIB) return problem('disk', what, remedy)
  return free < WARN_BELOW_MIB ? warning('disk', what, remedy) : ok('disk', what)
}

function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder))
}
