import type { Settings } from '../settings.ts'
import type { OutboxMail } from '../storage/storage.ts'
import type { MailContent, Templates } from '../templates/templates.ts'

export type RenderMail = (mail: OutboxMail) => Promise<MailContent>

/**
 * Makes mails of what the outbox holds. `publicUrl` is where links lead: never what a request says
 * of the server's name, which its sender can choose.
 */
export function createRenderMail(
  templates: Templates,
  { appName }: Pick<Settings, 'appName'>,
  publicUrl: () => string,
): RenderMail {
  return ({ kind, languages, facts }) =>
    templates.mail(kind, languages, { ...facts, app: appName, link: linkOf(kind, facts) })

  function linkOf(kind: string, facts: OutboxMail['facts']): string | undefined {
    const path = pathOf(kind, facts)
    return path && publicUrl() + path
  }
}

function pathOf(kind: string, facts: OutboxMail['facts']): string | undefined {
  const { code, userId, expiresAt, linkCode } = facts
  if (kind === 'reset-password') {
    return `/reset-password?code=${code}&user_id=${encodeURIComponent(userId!)}&expire_at=${expiresAt}`
  }
  if (kind === 'verify') {
    return `/user/verify-code/form?code=${linkCode}&auth_id=${encodeURIComponent(userId!)}`
  }
  return undefined
}
