/** Every check but the tests: see steps.ts. Exits with 1 if one failed. */
import { runSteps } from './steps.ts'

const { failed } = await runSteps()
process.exitCode = failed > 0 ? 1 : 0
