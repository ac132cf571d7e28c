import { SettingsError } from '../settings.ts'

/** Why the server cannot start, as one line that says what to do. */
export function explainFailure(error: unknown): string {
  if (error instanceof SettingsError) return error.message
  const { code, path, port, message } = error as NodeJS.ErrnoException & { port?: number }
  switch (code) {
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
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
      return 'The database cannot be written. Make its folder writable, or set DATA_DIR to another.'
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return 'The database file is damaged or not a database. Restore it from a backup.'
    case 'SQLITE_BUSY':
      return 'The database is locked by another program. Stop it, or set DATA_DIR to another folder.'
    default:
      return `The server cannot start: ${message}`
  }
}
