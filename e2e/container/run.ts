/**
 * `Dockerfile` and `compose.yaml` as their operator has them:
 *
 *   node e2e/container/run.ts [--engine docker|podman]
 *
 * Builds the image from a copy of the repository that has secrets in it, looks at what is in the image,
 * and runs it: alone on SQLite, stopped under load, started again and replaced; then as the compose
 * file has it, with a database that is killed and one that is restored.
 *
 * The engine must have the images that both are made of, or get them, and has to reach npm.
 */
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { useCompose } from './compose.ts'
import { useContainer } from './container.ts'
import { createContext } from './context.ts'
import { findEngine } from './engine.ts'
import { checkImage } from './image.ts'

const { values: options } = parseArgs({
  options: { engine: { type: 'string', default: 'docker' } },
})
const engine = await findEngine(options.engine)
const image = `skygear-e2e-${randomUUID()}`
const context = createContext()
try {
  await step('built', () => engine.run(['build', '--tag', image, context.folder]))
  await step('has nothing in it that it does not need', () => checkImage(engine, image))
  await step('used alone', () => useContainer(engine, image))
  await step('used with PostgreSQL', () => useCompose(engine, context.folder))
} finally {
  await engine.succeeds(['rmi', image])
  context.remove()
}

async function step(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  await work()
  console.log(`✓ ${name} (${((performance.now() - started) / 1000).toFixed(0)} s)`)
}
