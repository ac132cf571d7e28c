export { ApiError, type ErrorName, type ErrorObject } from './errors.ts'
export { createServer, type SkygearServer } from './server.ts'
export { loadSettings, type Settings, SettingsError } from './settings.ts'
