import path from 'node:path'
import { figure, median, percent, printTable, spread } from './figures.ts'
import { cpuSecondsOfFamily, watchForeignCpu } from './foreign-cpu.ts'
import type { ServerProcess } from './server-process.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'
import { postRequest, runWrk, type Sample, writeRequests } from './wrk.ts'

/** The core of every server that is measured; wrk has the other. */
export const SERVER_CORE = '0'
const LOAD_CORE = '1'
export const CONNECTIONS = 64

/** Requests that wrk cycles through, so that they come in random order. */
export const REQUESTS = 20_000

/** One kind of request to one server. */
export interface System {
  name: string
  process: ServerProcess
  /** Called before each round, outside the measured time. */
  requests(): Promise<string[]> | string[]
  samples: ServerSample[]
}

export interface ServerSample extends Sample {
  /** What the server's process, and its workers, took for one request. */
  cpuMicros: number
}

export function system(name: string, process: ServerProcess, requests: System['requests']): System {
  return { name, process, requests, samples: [] }
}

/** The bare server, with a request of the size of `me`. */
export function echoSystem(echo: ServerProcess): System {
  const message = 'The quick brown fox jumps over the lazy dog.'
  const body = { action: 'echo', message, n: 1, padding: 'x'.repeat(6) }
  const request = postRequest(echo.url, { 'Content-Type': 'application/json' }, body)
  return system('bare node:http echo', echo, () => [request])
}

interface Plan {
  rounds: number
  seconds: number
  /** Of processes beside the systems' own. */
  pids?: number[]
  /** Cores of wrk. */
  loadCores?: string
}

/** Measures the systems in turn, and gives the largest share of the machine that other work took. */
export async function measureInTurn(
  systems: System[],
  { rounds, seconds, pids = [], loadCores = LOAD_CORE }: Plan,
): Promise<number> {
  const requestFile = path.join(makeTemporaryFolder(), 'requests')
  const ours = [...new Set([...pids, ...systems.map(({ process }) => process.pid)])]
  let foreign = 0
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { process, requests, samples } of systems) {
      writeRequests(requestFile, await requests())
      const endWatch = watchForeignCpu(ours)
      const sample = await load(process, requestFile, seconds, loadCores)
      if (round === 0) continue
      samples.push(sample)
      foreign = Math.max(foreign, endWatch())
    }
  }
  return foreign
}

async function load(
  { url, pid }: ServerProcess,
  requestFile: string,
  seconds: number,
  cores: string,
): Promise<ServerSample> {
  const before = cpuSecondsOfFamily(pid)
  const sample = await runWrk({
    url,
    requestFile,
    connections: CONNECTIONS,
    seconds,
    cores,
  })
  const cpuSeconds = cpuSecondsOfFamily(pid) - before
  return { ...sample, cpuMicros: (cpuSeconds * 1_000_000) / sample.requests }
}

/** Prints the systems beside the first of them. */
export function printSystems(systems: System[]): void {
  const base = systems[0]!.samples
  const rows = systems.map(({ name, samples }) => {
    const rates = samples.map(({ perSecond }) => perSecond)
    return [
      name,
      figure(median(rates)),
      spread(rates),
      percent(share(samples, base, ({ perSecond }) => perSecond)),
      figure(median(samples.map(({ cpuMicros }) => cpuMicros))),
      figure(median(samples.map(({ p50Ms }) => p50Ms))),
      figure(median(samples.map(({ p99Ms }) => p99Ms))),
    ]
  })
  printTable(
    ['request', 'a second', 'min–max', 'of the first', 'CPU µs each', 'p50 ms', 'p99 ms'],
    rows,
  )
}

/** What a sample is worth beside the base's, round by round: a machine's speed changes with time. */
export function share(
  samples: ServerSample[],
  base: ServerSample[],
  worth: (sample: ServerSample) => number,
): number {
  return median(samples.map((sample, round) => worth(sample) / worth(base[round]!)))
}
