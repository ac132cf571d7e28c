import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'

const SCRIPT = path.join(import.meta.dirname, 'wrk-requests.lua')

/** Slow answers are measured, not given up. */
const OPTIONS = ['--latency', '--timeout', '30s', '-s', SCRIPT]

export interface Load {
  url: string
  /** Where `writeRequests` has put them. */
  requestFile: string
  connections: number
  seconds: number
  cores: string
}

export interface Sample {
  requests: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** Ends the process with an explanation where wrk or taskset is missing. */
export function requireWrk(): void {
  for (const [command, source] of [
    ['wrk', '`apt-get install wrk`, `brew install wrk` or https://github.com/wg/wrk'],
    ['taskset', 'a Linux with util-linux'],
  ] as const) {
    if (!spawnSync(command, ['--version']).error) continue
    console.error(`${command} is needed: ${source}.`)
    process.exit(1)
  }
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT'
  url: string
  headers: Record<string, string>
  body?: Record<string, unknown>
}

/** The text of a POST as an HTTP client sends it. */
export function postRequest(
  url: string,
  headers: Record<string, string>,
  body: Record<string, unknown>,
): string {
  return requestText({ method: 'POST', url, headers, body })
}

/** The text of a request as an HTTP client sends it. */
export function requestText({ method, url, headers, body }: Call): string {
  const { host, pathname } = new URL(url)
  const json = body === undefined ? '' : JSON.stringify(body)
  const length = body && { 'Content-Length': String(Buffer.byteLength(json)) }
  const lines = Object.entries({ Host: host, ...headers, ...length })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `${method} ${pathname} HTTP/1.1\r\n${head}\r\n${json}`
}

export function writeRequests(file: string, requests: string[]): void {
  const parts = requests.map((request) => `${Buffer.byteLength(request)}\n${request}`)
  writeFileSync(file, parts.join(''))
}

/** Throws when an answer was not a success. */
export async function runWrk({
  url,
  requestFile,
  connections,
  seconds,
  cores,
}: Load): Promise<Sample> {
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, ...OPTIONS, url]
  const child = spawn('taskset', ['-c', cores, ...wrk, '--', requestFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [report] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const failures = /(Non-2xx|Socket errors).*/.exec(report)
  if (failures) throw new Error(`${url}: ${failures[0]}`)
  return {
    requests: Number(found(report, /(\d+) requests in/)),
    perSecond: Number(found(report, /Requests\/sec:\s+([\d.]+)/)),
    p50Ms: toMs(found(report, / 50%\s+(\S+)/)),
    p99Ms: toMs(found(report, / 99%\s+(\S+)/)),
  }
}

function found(report: string, pattern: RegExp): string {
  const match = pattern.exec(report)?.[1]
  if (match === undefined) throw new Error(`wrk said something unexpected:\n${report}`)
  return match
}

function toMs(time: string): number {
  const value = Number.parseFloat(time)
  if (time.endsWith('us')) return value / 1_000
  return time.endsWith('ms') ? value : value * 1_000
}
