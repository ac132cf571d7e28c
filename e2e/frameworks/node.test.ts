import path from 'node:path'
import { startApp } from './app-process.ts'
import { describeApp } from './describe-app.ts'

const cwd = path.join(import.meta.dirname, 'node')

describeApp('Express 5', (env) => startApp({ cwd, args: () => ['express-app.ts'], env }))

describeApp('Express 4', (env) =>
  startApp({ cwd, args: () => ['--import', './use-express-4.ts', 'express-app.ts'], env }),
)

describeApp('Fastify 5', (env) => startApp({ cwd, args: () => ['fastify-app.ts'], env }))
