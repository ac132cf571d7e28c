import { afterAll, beforeAll, describe } from 'vitest'
import { describeGuide } from './describe-guide.ts'
import { createNodeStage } from './node-stage.ts'
import type { Stage } from './scene.ts'

describe('the guide, in Node', () => {
  let stage: Stage

  beforeAll(async () => {
    stage = await createNodeStage()
  })
  afterAll(() => stage.close())

  describeGuide(() => stage)
})
