import { execFileSync } from 'node:child_process'

/**
 * Keeps processes, and those that they start from here on, to these cores, such as `0,1`. By
 * default, this process.
 */
export function keepToCores(cores: string, pids: number[] = [process.pid]): void {
  for (const pid of pids) {
    execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' })
  }
}
