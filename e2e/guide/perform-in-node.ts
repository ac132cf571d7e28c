import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import skygear from 'skygear'
import { perform, type StagedScene } from './perform.ts'

const scene = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as StagedScene

// In a page, the script build makes this global.
if (scene.acts.some(({ kind }) => kind === 'script')) Object.assign(globalThis, { skygear })

const report = await perform(scene, async ({ kind, file }) => {
  if (kind === 'module') await import(pathToFileURL(file).href)
  else vm.runInThisContext(readFileSync(file, 'utf8'), file)
})
process.stdout.write(JSON.stringify(report))
