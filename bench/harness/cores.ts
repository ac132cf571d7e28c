import { execFileSync } from 'node:child_process'

/** Keeps this process, and those it starts from here on, to these cores, such as `0,1`. */
export function keepToCores(cores: string): void {
  execFileSync('taskset', ['-a', '-p', '-c', cores, String(process.pid)], { stdio: 'ignore' })
}
