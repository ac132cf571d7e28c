/**
 * Runs the samples of the original guide, as they stand there, in Node and in Chromium:
 *
 *   node e2e/guide/original-guide.ts PATH_TO_GUIDE.md
 *
 * The guide is the page "User Authentication Basics" of the documentation of Skygear v1 for
 * JavaScript; it is not ours, so it is not in this repository. The last line is the result.
 */
import { readFileSync } from 'node:fs'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { findChromium } from '../chromium.ts'
import { createChromiumStage } from './chromium-stage.ts'
import { createNodeStage } from './node-stage.ts'
import { checkTrial, type Trial, trials } from './original-trials.ts'
import { readSamples } from './samples.ts'
import type { Stage } from './scene.ts'

const SAMPLE_COUNT = 15

const [guideFile] = process.argv.slice(2)
if (!guideFile) {
  console.error('Usage: node e2e/guide/original-guide.ts PATH_TO_GUIDE.md')
  process.exit(2)
}

const samples = readSamples(readFileSync(guideFile, 'utf8'))
if (samples.length !== SAMPLE_COUNT) {
  console.error(`${guideFile} has ${samples.length} JavaScript samples, not ${SAMPLE_COUNT}.`)
  process.exit(2)
}

const counts = { passed: 0, failed: 0 }
await runAll('Node', await createNodeStage())
if (findChromium()) await runAll('Chromium', await createChromiumStage())
else console.log('Not run in Chromium: none was found.')
console.log(`${counts.passed} passed, ${counts.failed} failed`)
if (counts.failed > 0) process.exitCode = 1

async function runAll(stageName: string, stage: Stage): Promise<void> {
  console.log(`\n${stageName}`)
  for (const trial of trials) {
    const server = await startTestServer({
      RATE_LIMIT: 'off',
      ...(trial.tokenStore && { TOKEN_STORE: trial.tokenStore }),
    })
    await run(trial, stage, server)
    await server.close()
  }
  await stage.close()
}

async function run(trial: Trial, stage: Stage, server: TestServer): Promise<void> {
  const title = `${String(trial.sample).padStart(2)}  ${trial.title}`
  try {
    await checkTrial(trial, { code: samples[trial.sample - 1]!.code, stage, server })
    counts.passed += 1
    console.log(`✓ ${title}`)
  } catch (error) {
    counts.failed += 1
    console.log(`✗ ${title}\n${error instanceof Error ? error.message : String(error)}\n`)
  }
}
