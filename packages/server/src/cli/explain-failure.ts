import { SettingsError } from '../settings.ts'
import { StorageUnavailable } from '../storage/storage.ts'

type SystemError = NodeJS.ErrnoException & { port?: number; errcode?: number }

/** Why the server cannot start or a command cannot go on, as one line that says what to do. */
export function explainFailure(error: unknown): string {
  if (error instanceof StorageUnavailable) return explainFailure(error.cause)
  if (error instanceof SettingsError) return error.message
  const { code, path, port, message, errcode } = error as SystemError
  switch (code) {
    case 'ERR_SQLITE_ERROR':
      return explainSqliteFailure(errcode ?? 0, message)
    case 'ECONNREFUSED':
    case '3D000':
    case '28P01':
    case '28000':
      return `The PostgreSQL database cannot be opened (${message || code}). Check DATABASE_URL.`
    case 'EADDRINUSE':
      return `Port ${port} is taken. Set PORT to another one, such as PORT=${(port ?? 3000) + 1}.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is not an address of this machine. Leave it out, or set it to 0.0.0.0.'
    case 'EACCES':
      return path === undefined
        ? `Port ${port} may not be used by this user. Set PORT to one above 1023.`
        : `${path} cannot be written. Make it writable, or set DATA_DIR to another folder.`
    case 'EROFS':
    case 'EPERM':
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} cannot be used as a folder. Set DATA_DIR to another one.`
    default:
      return `This failed: ${message}`
  }
}

/** By SQLite's primary result code, which is the lowest byte. */
function explainSqliteFailure(errcode: number, message: string): string {
  switch (errcode & 0xff) {
    case 5:
      return 'The database is locked by another program. Stop it, or set DATA_DIR to another folder.'
    case 8:
    case 14:
      return 'The database cannot be written. Make its folder writable, or set DATA_DIR to another.'
    case 11:
    case 26:
      return 'The database file is damaged or not a database. Restore it from a backup.'
    default:
      return `The database cannot be opened: ${message}`
  }
}
