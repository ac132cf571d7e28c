/** Upper bounds of the buckets, in seconds: look-ups are at the left, password hashes in the middle. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Every metric that the server has, in the order in which they are shown. */
const families = {
  skygear_requests_total: {
    type: 'counter',
    help: 'Requests by action, HTTP status and error code (0: none).',
  },
  skygear_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the request to the end of its handling, by action.',
  },
  skygear_requests_in_flight: { type: 'gauge', help: 'Requests that are being answered.' },
  skygear_connections: { type: 'gauge', help: 'Open connections.' },
  skygear_password_hashes_waiting: {
    type: 'gauge',
    help: 'Password hashes that wait for a core; when too many do, log-ins are answered 503.',
  },
  skygear_mails_pending: { type: 'gauge', help: 'Mails that wait to be sent.' },
  skygear_mails_failed: { type: 'gauge', help: 'Mails of the last days that were given up.' },
  skygear_workers: { type: 'gauge', help: 'Processes that serve, and that these figures sum up.' },
  process_cpu_seconds_total: { type: 'counter', help: 'CPU time.' },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory.' },
} as const

type Family = keyof typeof families

/** Values by series, such as `skygear_connections` or `skygear_requests_total{action="me",…}`. */
export type MetricValues = Record<string, number>

/** What a request was and how it ended. */
export interface RequestOutcome {
  /** Undefined: none that the server has. */
  action: string | undefined
  status: number
  /** 0: no error. */
  code: number
  seconds: number
}

export interface Metrics {
  count(outcome: RequestOutcome): void
  /** Adds a value that is read when it is asked for. */
  watch(family: Family, read: () => number): void
  values(): MetricValues
}

/** Counts in this process. Counting is cheap; texts are made when somebody asks. */
export function createMetrics(): Metrics {
  const requests = new Map<string, Map<string, number>>()
  const durations = new Map<string, { buckets: number[]; sum: number }>()
  const watched = new Map<Family, () => number>([
    ['skygear_workers', () => 1],
    ['process_cpu_seconds_total', cpuSeconds],
    ['process_resident_memory_bytes', () => process.memoryUsage.rss()],
  ])

  return {
    count({ action = 'none', status, code, seconds }) {
      const byOutcome = entryOf(requests, action, () => new Map<string, number>())
      const outcome = `status="${status}",code="${code}"`
      byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1)
      const times = entryOf(durations, action, () => ({
        buckets: Array(BUCKETS.length + 1).fill(0),
        sum: 0,
      }))
      const bucket = BUCKETS.findIndex((bound) => seconds <= bound)
      times.buckets[bucket === -1 ? BUCKETS.length : bucket]! += 1
      times.sum += seconds
    },

    watch(family, read) {
      watched.set(family, read)
    },

    values() {
      const values: MetricValues = {}
      for (const [action, byOutcome] of requests) {
        for (const [outcome, count] of byOutcome) {
          values[`skygear_requests_total{action="${action}",${outcome}}`] = count
        }
      }
      for (const [action, { buckets, sum }] of durations) {
        const name = 'skygear_request_duration_seconds'
        let count = 0
        for (const [at, inBucket] of buckets.entries()) {
          count += inBucket
          values[`${name}_bucket{action="${action}",le="${BUCKETS[at] ?? '+Inf'}"}`] = count
        }
        values[`${name}_sum{action="${action}"}`] = sum
        values[`${name}_count{action="${action}"}`] = count
      }
      for (const [family, read] of watched) values[family] = read()
      return values
    },
  }
}

/** Sums up what several processes have counted, in Prometheus's text format. */
export function renderMetrics(processes: MetricValues[]): string {
  const sums = new Map<string, number>()
  for (const values of processes) {
    for (const [series, value] of Object.entries(values)) {
      sums.set(series, (sums.get(series) ?? 0) + value)
    }
  }
  return Object.entries(families)
    .map(([family, { type, help }]) => {
      const lines = [...sums].filter(([series]) => familyOf(series) === family)
      const text = lines.map(([series, value]) => `${series} ${value}\n`).join('')
      return text && `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n${text}`
    })
    .join('')
}

function familyOf(series: string): string {
  return series.replace(/\{.*/, '').replace(/(?<=_seconds)_(bucket|sum|count)$/, '')
}

function entryOf<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000_000
}
