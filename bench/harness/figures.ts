import { availableParallelism, cpus } from 'node:os'

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Three digits that count, and thousands apart. */
export function figure(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** `800–1,020` */
export function spread(values: number[]): string {
  return `${figure(Math.min(...values))}–${figure(Math.max(...values))}`
}

/** Says whether a goal was reached, where there is one. */
export function verdict(reached: boolean): string {
  return reached ? 'reached' : 'missed'
}

/** Prints a Markdown table. */
export function printTable(head: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  console.log([line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'))
}

/** What every report begins with: figures mean nothing without it. */
export function printMachine(): void {
  const [cpu] = cpus()
  const date = new Date().toISOString().slice(0, 10)
  console.log(
    `${date}, Node ${process.versions.node}, ${availableParallelism()} cores of ${cpu?.model.trim()}\n`,
  )
}
