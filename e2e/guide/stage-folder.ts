import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import type { StagedAct, StagedScene } from './perform.ts'
import type { Act, Scene } from './scene.ts'

/** A folder in which `import skygear from 'skygear'` finds the SDK. */
export interface StageFolder {
  path: string
  /** Writes the acts into a folder of their own. `toFile`: how the acts are found from the stage. */
  stage(scene: Scene, toFile: (path: string) => string): StagedScene
  remove(): void
}

const SDK = path.resolve(import.meta.dirname, '../../packages/skygear/src/index.ts')

/** What the page for React Native imports: a storage that answers later, as that one does. */
const ASYNC_STORAGE = `
  const items = new Map()
  export default {
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, value) => void items.set(key, value),
    removeItem: async (key) => void items.delete(key),
  }`

/** Packages that samples import, by name, as files of the folder. */
export const STAGE_PACKAGES = {
  skygear: 'node_modules/skygear/index.mjs',
  '@react-native-async-storage/async-storage':
    'node_modules/@react-native-async-storage/async-storage/index.mjs',
}

/** Makes the folder, with the SDK bundled from its sources and the given performer beside it. */
export async function createStageFolder(performer: string): Promise<StageFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), 'skygear-guide-'))
  await bundle(SDK, path.join(folder, STAGE_PACKAGES.skygear))
  await bundle(path.join(import.meta.dirname, `${performer}.ts`), path.join(folder, 'perform.mjs'))
  write(
    path.join(folder, STAGE_PACKAGES['@react-native-async-storage/async-storage']),
    ASYNC_STORAGE,
  )
  for (const file of Object.values(STAGE_PACKAGES)) {
    write(path.join(folder, path.dirname(file), 'package.json'), '{ "exports": "./index.mjs" }')
  }

  let scenes = 0
  return {
    path: folder,
    stage({ given, setting, acts }, toFile) {
      scenes += 1
      const stageAct = ({ kind, code }: Act, name: string): StagedAct => {
        const file = path.posix.join(
          `scene-${scenes}`,
          `${name}.${kind === 'module' ? 'mjs' : 'js'}`,
        )
        write(path.join(folder, file), code)
        return { kind, file: toFile(file) }
      }
      return {
        given,
        setting: stageAct(setting, 'setting'),
        acts: acts.map((act, index) => stageAct(act, `act-${index}`)),
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function bundle(entry: string, outfile: string): Promise<void> {
  const options: BuildOptions = {
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['skygear', 'node:*'],
  }
  await build(options)
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
