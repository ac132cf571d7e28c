import { DEV_INBOX_PATH } from './dev-inbox.ts'
import { type Page, show } from './page.ts'

interface StartFacts {
  url: () => string
  apiKey: string
  hasDevInbox: boolean
}

/** What a developer sees who opens the address of the server. The protocol answers JSON there. */
export function devStartPage({ url, apiKey, hasDevInbox }: StartFacts): Page {
  return {
    path: '/',
    isLocal: true,
    isForPeople: true,
    get: async () =>
      show('dev-start', { url: url(), apiKey, inbox: hasDevInbox ? DEV_INBOX_PATH : '' }),
  }
}
