import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** The command of a container engine, such as Docker's. */
export interface Engine {
  /**
   * Runs one of its commands, in a folder if that matters, and gives what it printed for programs.
   *
   * @throws with all that it printed when it fails
   */
  run(args: string[], folder?: string): Promise<string>
  /** Whether a command succeeds. */
  succeeds(args: string[], folder?: string): Promise<boolean>
}

/** @throws when the engine does not answer: it is not installed, or its daemon does not run */
export async function findEngine(command: string): Promise<Engine> {
  const run = async (args: string[], folder?: string) => {
    // Podman's own format of images knows no health check.
    const env = { ...process.env, BUILDAH_FORMAT: 'docker' }
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output: string[] = []
    const everything: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.push(text)
      everything.push(text)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => everything.push(text))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code === 0) return output.join('').trim()
    throw new Error(`${command} ${args.join(' ')}\n${everything.join('')}ended with ${code}.`)
  }
  const succeeds = (args: string[], folder?: string) =>
    run(args, folder).then(
      () => true,
      () => false,
    )
  if (!(await succeeds(['info']))) {
    throw new Error(
      `\`${command} info\` fails. This needs Docker, or Podman by --engine podman, and that it runs.`,
    )
  }
  return { run, succeeds }
}

/** Waits until something holds. Throws when it does not within a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not within a minute: ${what}.`)
    await sleep(200)
  }
}
