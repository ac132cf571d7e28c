import { readFileSync } from 'node:fs'

/** What a process has in memory now (RSS), in millions of bytes. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1_024) / 1_000_000
}
