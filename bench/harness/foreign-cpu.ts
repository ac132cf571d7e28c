import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Of the kernel's clock in /proc, which is the same on every Linux that Node runs on. */
const TICKS_A_SECOND = 100

/**
 * Watches what other work takes of the machine. The result ends the watch and gives the share of
 * all cores, between 0 and 1. Ours are this process, its children that have ended, and `pids` with
 * their children.
 */
export function watchForeignCpu(pids: number[]): () => number {
  const started = performance.now()
  const before = foreignTicks(pids)
  return () => {
    const seconds = (performance.now() - started) / 1_000
    const ticks = foreignTicks(pids) - before
    return Math.max(0, ticks / TICKS_A_SECOND / seconds / availableParallelism())
  }
}

function foreignTicks(pids: number[]): number {
  const own = [process.pid, ...pids.flatMap(familyOf)].reduce((sum, pid) => sum + ticksOf(pid), 0)
  return busyTicks() - own
}

/** Seconds that a process has spent on a CPU, all its threads together. */
export function cpuSecondsOf(pid: number): number {
  return ticksOf(pid) / TICKS_A_SECOND
}

/** The same of a process and its children. */
export function cpuSecondsOfFamily(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + cpuSecondsOf(each), 0)
}

/** The process itself and its children, such as PostgreSQL has one for each connection. */
export function familyOf(pid: number): number[] {
  const processes = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return [pid, ...processes.filter((other) => statOf(other)[1] === pid)]
}

function busyTicks(): number {
  // cpu user nice system idle iowait irq softirq steal: interrupts are mostly our own traffic.
  const [, user, nice, system, , , , , steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/)
  return Number(user) + Number(nice) + Number(system) + Number(steal)
}

function ticksOf(pid: number): number {
  return statOf(pid)
    .slice(11, 15)
    .reduce((sum, field) => sum + field, 0)
}

/** The fields of /proc/PID/stat from the state on; none when the process has ended. */
function statOf(pid: number): number[] {
  try {
    // The name, in brackets, may have spaces in it.
    const [, fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    return fields!.split(' ').map(Number)
  } catch {
    return []
  }
}
