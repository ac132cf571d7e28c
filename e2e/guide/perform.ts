import imported from 'skygear'
import type { Report } from './scene.ts'

/** A scene whose acts are files. */
export interface StagedScene {
  given: { [name: string]: string }
  setting: StagedAct
  acts: StagedAct[]
}

export interface StagedAct {
  kind: 'module' | 'script'
  file: string
}

/** An act is over when no call has been under way for so long. */
const QUIET_MS = 30

/** Plays a scene beside its acts, be it in a page or in Node. */
export async function perform(
  { given, setting, acts }: StagedScene,
  run: (act: StagedAct) => Promise<unknown>,
): Promise<Report> {
  // Scripts use the global; then that is the client to watch.
  const client = (globalThis as { skygear?: typeof imported }).skygear ?? imported
  const settled = watchCalls()
  Object.assign(globalThis, given)
  await run(setting)
  await settled()

  const changes: Report['changes'] = []
  client.auth.onUserChanged((user) => changes.push(user?._id ?? null))
  const { printed, complaints, restore } = watchConsole()
  try {
    for (const act of acts) {
      await run(act)
      await settled()
    }
  } finally {
    restore()
  }
  return { printed, complaints, changes, currentUser: client.auth.currentUser?.toJSON() ?? null }
}

/** Samples do not say when they are done, so calls are counted. */
function watchCalls(): () => Promise<void> {
  const send = globalThis.fetch
  let underWay = 0
  globalThis.fetch = async (...request) => {
    underWay += 1
    try {
      const answer = await send(...request)
      return new Response(await answer.text(), answer)
    } finally {
      setTimeout(() => {
        underWay -= 1
      }, QUIET_MS)
    }
  }
  return async () => {
    do await new Promise((resolve) => setTimeout(resolve, 5))
    while (underWay > 0)
  }
}

function watchConsole() {
  const { log, warn, error } = console
  const printed: unknown[][] = []
  const complaints: unknown[][] = []
  console.log = (...values: unknown[]) => printed.push(values.map(describeValue))
  console.warn = (...values: unknown[]) => complaints.push(values.map(describeValue))
  console.error = console.warn
  return { printed, complaints, restore: () => Object.assign(console, { log, warn, error }) }
}

/** The value as it was at that time, fit for JSON. */
function describeValue(value: unknown): unknown {
  if (!(value instanceof Error)) return copyOf(value)
  const { name, message } = value
  const { code, error } = value as { code?: number; error?: { code?: number } }
  return { name, message, code, error: error && { code: error.code } }
}

function copyOf(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value))
}
