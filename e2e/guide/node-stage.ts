import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Report, Stage } from './scene.ts'
import { createStageFolder } from './stage-folder.ts'

const run = promisify(execFile)

/** Plays each scene in a Node process of its own. */
export async function createNodeStage(): Promise<Stage> {
  const folder = await createStageFolder('perform-in-node')
  let scenes = 0
  return {
    async play(scene) {
      scenes += 1
      const staged = folder.stage(scene, (file) => path.join(folder.path, file))
      const sceneFile = path.join(folder.path, `scene-${scenes}.json`)
      writeFileSync(sceneFile, JSON.stringify(staged))
      const performer = path.join(folder.path, 'perform.mjs')
      const { stdout } = await run(process.execPath, [performer, sceneFile])
      return JSON.parse(stdout) as Report
    },
    async close() {
      folder.remove()
    },
  }
}
