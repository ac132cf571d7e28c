import type { Dispatch } from '../actions/dispatch.ts'
import { ApiError, type ErrorName } from '../errors.ts'
import { isMailAddress } from '../mails/mail.ts'
import { type Page, type PageAnswer, show, stillPage } from './page.ts'

const SENT = '/forgot-password/sent'

/** Where users ask for a link to set a new password. */
export function forgotPasswordPages(dispatch: Dispatch): Page[] {
  return [
    {
      path: '/forgot-password',
      get: async () => show('forgot-password'),

      async post({ form, client, log }) {
        const email = (form.get('email') ?? '').trim()
        if (!isMailAddress(email)) {
          return show('forgot-password', { email, problem: 'emailInvalid' }, 400)
        }
        const credentials = { apiKey: undefined, accessToken: undefined, userId: undefined }
        const payload = { args: { email } }
        try {
          await dispatch({ action: 'user:forgot-password', payload, credentials, client, log })
        } catch (error) {
          return problemPage(error, email)
        }
        return { goTo: SENT }
      },
    },
    stillPage(SENT, 'forgot-password-sent'),
  ]
}

/** Texts of the page by the error that they tell. */
const problems: Partial<Record<ErrorName, string>> = {
  InvalidArgument: 'emailInvalid',
  TooManyRequests: 'tooMany',
  NotConfigured: 'notConfigured',
}

function problemPage(error: unknown, email: string): PageAnswer {
  const problem = error instanceof ApiError && problems[error.name]
  if (!problem) throw error
  const { status, retryAfterSeconds, cause } = error
  const facts = { email, problem }
  return {
    status,
    page: 'forgot-password',
    facts,
    retryAfterSeconds,
    reason: String(cause ?? error.message),
  }
}
