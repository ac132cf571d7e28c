import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Where events go beside the database, as lines of JSON. */
export interface AuditSink {
  /** Rejects unless all lines have arrived. */
  write(lines: string): Promise<void>
}

/** How long another server may take to accept events. */
const TIMEOUT_MS = 10_000

/** `url`: `file:///path`, `http://` or `https://`. */
export function openAuditSink(url: string): AuditSink {
  return url.startsWith('file:') ? { write: (lines) => append(fileURLToPath(url), lines) } : to(url)
}

/** Opens the file each time, so that it can be moved away at any time. */
async function append(path: string, lines: string): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(lines)
    await file.datasync()
  } finally {
    await file.close()
  }
}

function to(given: string): AuditSink {
  const url = new URL(given)
  const { username, password } = url
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  url.username = ''
  url.password = ''
  const headers = {
    'Content-Type': 'application/x-ndjson',
    ...(username && { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
  }
  return {
    async write(lines) {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: lines,
        // Another place than the one that was set must not learn who uses the app.
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`It answered ${response.status}.`)
    },
  }
}
