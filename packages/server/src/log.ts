import { type DestinationStream, type Logger, pino } from 'pino'
import type { Settings } from './settings.ts'

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
  return destination ? pino(options, destination) : pino(options)
}
