import type { Generated } from 'kysely'

/** The tables as the migrations leave them. */
export interface Tables {
  /** `tokens_ended`: why the tokens of the last version before this one ended. */
  account: AccountTable & { tokens_ended: Generated<string | null> }
  role: { name: string; is_admin: number; is_default: number }
  custom_token_user: { subject: string; user_id: string }
  login_id: { key_group: string; canonical: string; user_id: string }
  password_history: { id: string; user_id: string; password_hash: string; set_at: number }
  session: SessionTable
  ended_session: { token_hash: string; reason: string; ended_at: number }
  revoked_token: { token_hash: string; expires_at: number | null; reason: string | null }
  record: RecordTable
  record_reference: RecordReferenceTable
  record_type: {
    name: string
    /** JSON: a list of role names. */
    create_roles: string
    /** JSON: a list of access entries. */
    default_access: string | null
  }
  record_field: RecordFieldTable
  field_access: FieldAccessTable
  one_time_code: OneTimeCodeTable
  reset_request: { id: string; address: string; languages: string; requested_at: number }
  outbox_mail: OutboxMailTable
  rate_limit: RateLimitTable
  audit_event: AuditEventTable
  metadata: { name: string; value: string }
}

export interface AccountTable {
  id: string
  password_hash: string | null
  token_version: number
  password_changed_at: number | null
  disabled: number
  disabled_message: string | null
  disabled_until: number | null
  last_login_at: number | null
  last_seen_at: number | null
  /** JSON: a list of role names. */
  roles: string
}

export interface SessionTable {
  token_hash: string
  user_id: string
  dialect: string
  created_at: number
  last_seen_at: number
  client: string | null
  address: string | null
}

export interface RecordTable {
  /** Empty for the public database. */
  database_id: string
  type: string
  key: string
  owner_id: string
  /** JSON: a list of access entries. */
  access: string | null
  created_at: number
  created_by: string
  updated_at: number
  updated_by: string
  /** JSON: an object of field values. */
  fields: string
}

/** One row for each field that refers to another record. */
export interface RecordReferenceTable {
  database_id: string
  type: string
  key: string
  field: string
  target_database_id: string
  target_type: string
  target_key: string
}

export interface RecordFieldTable {
  record_type: string
  field: string
  field_type: string
  is_indexed: Generated<number>
  /** Of sequences: the number given last. */
  last_number: Generated<number>
}

export interface FieldAccessTable {
  record_type: string
  record_field: string
  user_role: string
  writable: number
  readable: number
  comparable: number
  discoverable: number
}

export interface OneTimeCodeTable {
  user_id: string
  purpose: string
  record_key: string
  id: string
  record_value: string
  link_hash: string
  typed_hash: string | null
  tries: number
  expires_at: number | null
}

export interface RateLimitTable {
  key: string
  count: number
  resets_at: number
  /** How many are free, and at how many nothing is let through until the counter ends. */
  most: number
  closes_at: number
  /** Until then nothing is counted or let through. */
  free_at: number
}

export interface OutboxMailTable {
  id: string
  kind: string
  recipient: string
  languages: string
  /** JSON: an object of texts. */
  facts: string
  created_at: number
  due_at: number
  expires_at: number
  attempts: number
  failed_at: number | null
}

export interface AuditEventTable {
  id: string
  at: number
  event: string
  user_id: string | null
  actor: string | null
  /** JSON: an object. */
  data: string
  /** JSON: an object of texts. */
  source: string
  /** Null: it is not to be handed on, or no longer. */
  due_at: number | null
}
