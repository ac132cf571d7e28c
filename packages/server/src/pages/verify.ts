import { useVerification } from '../actions/user/use-verification.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { ApiError } from '../errors.ts'
import { hasExpired, type OneTimeCodes } from '../security/one-time-code.ts'
import type { Settings } from '../settings.ts'
import type { OneTimeCode, Storage } from '../storage/storage.ts'
import { type Page, type PageRequest, show, stillPage } from './page.ts'

const DONE = '/user/verify-code/done'

/** Where the link in the mail leads: a button that says that the address is one's own. */
export function verifyPages(
  storage: Storage,
  codes: OneTimeCodes,
  auditTrail: AuditTrail,
  settings: Settings,
): Page[] {
  /** Only the long code of the link counts here, where nobody is logged in. */
  async function findCode(link: Link): Promise<OneTimeCode | undefined> {
    const code = await codes.peek(storage, link.auth_id, 'verify', link.code)
    return code && !hasExpired(code, Date.now()) ? code : undefined
  }

  return [
    {
      path: '/user/verify-code/form',

      async get({ query }) {
        const link = linkIn(query)
        const code = await findCode(link)
        return code ? show('verify', { ...link, address: code.recordValue }) : expired()
      },

      async post({ form, client }) {
        const code = await findCode(linkIn(form))
        if (!code) return expired()
        try {
          const now = Date.now()
          const audit = auditTrail.by({ actor: null, client, now })
          await storage.transaction((stores) => useVerification(code, stores, audit, settings, now))
        } catch (error) {
          if (error instanceof ApiError && error.name === 'InvalidArgument') return expired()
          throw error
        }
        return { goTo: DONE }
      },
    },
    stillPage(DONE, 'verify-done'),
  ]
}

interface Link extends Record<string, unknown> {
  code: string
  auth_id: string
}

function linkIn(parameters: PageRequest['query']): Link {
  return { code: parameters.get('code') ?? '', auth_id: parameters.get('auth_id') ?? '' }
}

function expired() {
  return show('verify-expired', {}, 400)
}
