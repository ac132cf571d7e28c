import type { Dispatch } from '../actions/dispatch.ts'
import { ApiError } from '../errors.ts'
import { hasExpired, type OneTimeCodes } from '../security/one-time-code.ts'
import type { Settings } from '../settings.ts'
import type { Storage } from '../storage/storage.ts'
import { type Page, type PageAnswer, show } from './page.ts'

const DONE = '/reset-password/done'

/** Where the link in the mail leads: the form for a new password. */
export function resetPasswordPages(
  dispatch: Dispatch,
  storage: Storage,
  codes: OneTimeCodes,
  { resetDoneUrl }: Pick<Settings, 'resetDoneUrl'>,
): Page[] {
  async function isGood({ code, user_id: userId, expire_at: expireAt }: Link): Promise<boolean> {
    const found = await codes.peek(storage, userId, 'reset_password', code)
    if (!found || hasExpired(found, Date.now())) return false
    return found.expiresAt === Number(expireAt) * 1_000
  }

  return [
    {
      path: '/reset-password',

      async get({ query }) {
        const link = linkIn(query)
        return (await isGood(link)) ? show('reset-password', link) : show('link-expired', {}, 400)
      },

      async post({ form, client, log }) {
        const link = linkIn(form)
        const password = form.get('password') ?? ''
        if (password === '') return show('reset-password', { ...link, problem: 'empty' }, 400)
        if (password !== form.get('confirm')) {
          return show('reset-password', { ...link, problem: 'differ' }, 400)
        }
        const credentials = { apiKey: undefined, accessToken: undefined, userId: undefined }
        const payload = { args: { ...link, new_password: password } }
        try {
          await dispatch({ action: 'user:reset-password', payload, credentials, client, log })
        } catch (error) {
          return problemPage(error, link)
        }
        return { goTo: DONE }
      },
    },
    // A link and no redirect: browsers let no form of this page end on another site.
    { path: DONE, get: async () => show('reset-password-done', { back: resetDoneUrl }) },
  ]
}

/** What the link in the mail holds. */
interface Link extends Record<string, unknown> {
  code: string
  user_id: string
  expire_at: string
}

function linkIn(parameters: URLSearchParams): Link {
  const value = (name: string) => parameters.get(name) ?? ''
  return { code: value('code'), user_id: value('user_id'), expire_at: value('expire_at') }
}

function problemPage(error: unknown, link: Link): PageAnswer {
  if (!(error instanceof ApiError)) throw error
  const { name, info = {}, status, retryAfterSeconds, cause } = error
  const withProblem = (problem: unknown) => ({
    status,
    page: 'reset-password',
    facts: { ...link, problem, least: info['min_length'] },
    retryAfterSeconds,
    reason: String(cause ?? error.message),
  })
  switch (name) {
    case 'PasswordPolicyViolated':
      return withProblem(info['reason'])
    case 'TooManyRequests':
    case 'ResponseTimeout':
      return withProblem('tooMany')
    case 'InvalidArgument':
      return String(info['arguments']) === 'new_password'
        ? withProblem('refused')
        : show('link-expired', {}, 400)
    case 'ResourceNotFound':
      return show('link-expired', {}, 400)
    default:
      throw error
  }
}
