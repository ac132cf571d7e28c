import { type DestinationStream, type Logger, pino } from 'pino'
import type { Settings } from './settings.ts'

/** Lines are written some at a time, since writing each would cost as much as a look-up. */
const buffer = { minLength: 4_096, periodicFlush: 200 }

/** The log of the server: a line of JSON for each entry, errors with their stack under `error`. */
export function createLog(
  { logLevel }: Pick<Settings, 'logLevel'>,
  destination?: DestinationStream,
): Logger {
  const options = {
    level: logLevel,
    errorKey: 'error',
    serializers: { error: pino.stdSerializers.err },
  }
  return pino(options, destination ?? pino.destination({ sync: false, ...buffer }))
}
