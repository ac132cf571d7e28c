import { perform, type StagedScene } from './perform.ts'
import type { Report } from './scene.ts'

/** Plays a scene whose files are URLs. */
export function performInPage(scene: StagedScene): Promise<Report> {
  return perform(scene, ({ kind, file }) => (kind === 'module' ? import(file) : runScript(file)))
}

function runScript(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.onload = resolve
    script.onerror = () => reject(new Error(`${url} could not be loaded.`))
    script.src = url
    document.head.append(script)
  })
}
