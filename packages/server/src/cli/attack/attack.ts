import type { Site } from './site.ts'

/** Something that somebody could do to a server, and that must come to nothing. */
export interface Attack {
  /** Of docs/reference/attack-cases.md. */
  id: string
  title: string
  needsMasterKey?: true
  /** Only for servers with ENUMERATION=strict. */
  isStrict?: true
  /** Resolves when the server holds; throws Breach when it does not, and Skipped when unknown. */
  run(site: Site): Promise<void>
}
