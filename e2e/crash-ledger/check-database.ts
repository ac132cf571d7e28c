import type { Database, Row } from '../database.ts'
import type { Ledger, UserState } from './ledger.ts'

/** Of each user: the parts that make one, as they stand in the tables. */
interface Parts {
  hasAccount: boolean
  fields: Record<string, unknown> | undefined
  loginIds: string[]
}

/**
 * Looks at the tables themselves: every user is whole and one of the ledger's, with the fields that
 * the ledger knows, and every name is held by the user who shows it. Users in doubt must have been
 * compared before.
 */
export async function checkDatabase(database: Database, ledger: Ledger): Promise<void> {
  const users = await readUsers(database)
  const names = new Map(ledger.users.map(({ id, kept }) => [id, kept?.username]))
  for (const [id, { hasAccount, fields, loginIds }] of users) {
    const name = names.get(id) ?? id
    if (!hasAccount) ledger.fault('a user without an account', name)
    if (!fields) ledger.fault('a user without a record', name)
    const shown = fields ? namesShownBy(fields) : []
    if (String(loginIds.sort()) !== String(shown.sort())) {
      ledger.fault('names and login ids differ', name, { loginIds, shown })
    }
  }
  checkAgainstLedger(users, ledger)
  if (!database.postgres) {
    const [verdict] = await database.sql('pragma integrity_check')
    if (verdict?.['integrity_check'] !== 'ok') ledger.fault('the file is damaged', '', verdict)
  }
}

function checkAgainstLedger(users: Map<string, Parts>, ledger: Ledger): void {
  const known = new Set<string>()
  for (const { id, kept } of ledger.users) {
    if (id !== undefined) known.add(id)
    if (!kept || id === undefined) continue
    const fields = users.get(id)?.fields
    if (!fields) ledger.fault('an acknowledged user is missing', kept.username)
    else if (!showsAll(fields, kept)) {
      ledger.fault('an acknowledged change is missing', kept.username, { fields, kept })
    }
  }
  for (const [id, { fields, loginIds }] of users) {
    if (!known.has(id)) ledger.fault('a user whom nobody signed up', id, { fields, loginIds })
  }
}

function showsAll(fields: Record<string, unknown>, { username, email, motto }: UserState): boolean {
  return fields['username'] === username && fields['email'] === email && fields['motto'] === motto
}

async function readUsers(database: Database): Promise<Map<string, Parts>> {
  const users = new Map<string, Parts>()
  const partsOf = (id: unknown): Parts => {
    const known = users.get(String(id))
    if (known) return known
    const parts: Parts = { hasAccount: false, fields: undefined, loginIds: [] }
    users.set(String(id), parts)
    return parts
  }
  for (const row of await database.sql('select id from account')) {
    partsOf(row['id']).hasAccount = true
  }
  for (const row of await database.sql(
    "select key, fields from record where type = 'user' and database_id = ''",
  )) {
    partsOf(row['key']).fields = JSON.parse(String(row['fields']))
  }
  for (const row of await database.sql('select key_group, canonical, user_id from login_id')) {
    partsOf(row['user_id']).loginIds.push(loginIdText(row))
  }
  return users
}

function loginIdText({ key_group: group, canonical }: Row): string {
  return `${group}: ${canonical}`
}

/** The names of this test are of letters whose lower case is the canonical form. */
function namesShownBy(fields: Record<string, unknown>): string[] {
  return ['username', 'email'].flatMap((group) =>
    fields[group] === undefined ? [] : [`${group}: ${String(fields[group]).toLowerCase()}`],
  )
}
