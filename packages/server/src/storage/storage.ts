import type { AccessEntry, Subject } from '../records/access.ts'
import type { FieldAccessRule, FieldAccessRules } from '../records/field-access.ts'
import type { Predicate } from '../records/predicate.ts'
import type { QueryField } from '../records/query-fields.ts'
import type { RecordId, StoredRecord } from '../records/record.ts'
import type { RecordType } from '../records/schema.ts'
import type { SortKey } from '../records/sort.ts'
import type { FieldType } from '../records/value.ts'
import type { LoginId } from '../users/login-id.ts'
import type { Account, Dialect, DisabledState } from '../users/user.ts'

/** Something that must be unique is there already. */
export class UniqueViolation extends Error {
  override readonly name = 'UniqueViolation'
}

/** The database cannot be reached or cannot work now; a later try may find it well. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable'
}

/**
 * Everything remembered.
 *
 * Everything here, the stores included, throws StorageUnavailable when the database does not answer;
 * whether a transaction was kept is then unknown, but it is kept or lost as a whole.
 */
export interface Storage extends Stores {
  /** Brings the tables up to date; before that, nothing else may be used. */
  prepare(): Promise<void>
  /** True for a database that may be away for a while, and is worth waiting for. */
  isRemote: boolean
  /** Runs `work` as one: all of it is kept, and durably, or nothing. */
  transaction<T>(work: (stores: Stores) => Promise<T>): Promise<T>
  /** Rejects when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Which migrations a database has had, by their names. */
export interface MigrationState {
  applied: string[]
  /** Those of this version that it has not had yet. */
  pending: string[]
  /** Those that it has had and this version does not know: a newer one was here. */
  newer: string[]
}

/** The stores, outside a transaction or within one. */
export interface Stores {
  accounts: AccountStore
  loginIds: LoginIdStore
  roles: RoleStore
  customTokenUsers: CustomTokenUserStore
  passwordHistory: PasswordHistoryStore
  sessions: SessionStore
  revokedTokens: RevokedTokenStore
  records: RecordStore
  schema: SchemaStore
  fieldAccess: FieldAccessStore
  oneTimeCodes: OneTimeCodeStore
  resetRequests: ResetRequestStore
  outbox: OutboxStore
  rateLimits: RateLimitStore
  audit: AuditStore
  metadata: MetadataStore
}

/** A user: the account and the record of the same id. */
export interface User {
  account: Account
  record: StoredRecord
}

export interface AccountStore {
  insert(account: Account): Promise<void>
  find(id: string): Promise<User | undefined>
  /** At most `limit` users in the order of their ids, those after this id; empty: from the first. */
  list(after: string, limit: number): Promise<User[]>
  /** Sets the times of a log-in, if the password is still the one that was checked. */
  recordLogin(id: string, passwordHash: string, now: number): Promise<boolean>
  /**
   * Replaces the password, if it is still `oldHash`. Older JWT tokens end, and codes that would
   * reset the password are void.
   */
  changePassword(id: string, oldHash: string, newHash: string, now: number): Promise<boolean>
  /** Gives a password to a user who has none; false when there is one. Sessions go on. */
  setFirstPassword(id: string, hash: string, now: number): Promise<boolean>
  /** Sets a password, whatever it was, with the same consequences as a change. */
  setPassword(id: string, newHash: string, now: number): Promise<void>
  /** Keeps the user out, or lets the user in again. */
  setDisabled(id: string, state: DisabledState): Promise<void>
  /** Notes a log-in without a password. */
  markLogin(id: string, now: number): Promise<void>
  /** Replaces the hash of the same password, if it is still `oldHash`. */
  replacePasswordHash(id: string, oldHash: string, newHash: string): Promise<boolean>
  setRoles(id: string, roles: string[]): Promise<void>
  /** Ends the user's JWT tokens. */
  endTokens(id: string, reason: EndReason): Promise<void>
  /** Why the user's JWT tokens ended the last time; undefined when that is not known. */
  endOfTokens(id: string): Promise<EndReason | undefined>
  /** Revokes the sessions of everybody who has a password, and so can log in again. */
  endSessionsOfAll(now: number): Promise<void>
  /** Forgets the account with its login ids, sessions and older passwords. The record stays. */
  delete(id: string): Promise<void>
  /** Notes that these users were seen, however many they are; what is known and later stays. */
  markSeen(ids: string[], time: number): Promise<void>
}

export interface LoginIdStore {
  findUser(id: LoginId): Promise<User | undefined>
  /**
   * Gives login ids to a user who has none. New users would wait for each other if theirs were
   * looked for first.
   *
   * Throws UniqueViolation when another user has one.
   */
  insert(userId: string, ids: LoginId[]): Promise<void>
  /** Makes these the user's only login ids. Throws UniqueViolation when another user has one. */
  replace(userId: string, ids: LoginId[]): Promise<void>
  /** Forgets all login ids of all users. */
  clear(): Promise<void>
}

/** What roles there are; who has them stands with the accounts. */
export interface RoleStore {
  /** Roles whose holders are administrators. */
  admin(): Promise<string[]>
  /** Roles that every new user gets. */
  default(): Promise<string[]>
  /** Makes these the only admin or default roles; those that do not exist are made. */
  flag(kind: 'admin' | 'default', roles: string[]): Promise<void>
  /** Makes those that do not exist. */
  add(roles: string[]): Promise<void>
}

/** Users of an app's own log-in, by the subject of the app's tokens. */
export interface CustomTokenUserStore {
  find(subject: string): Promise<User | undefined>
  /** True if the user logs in so. */
  has(userId: string): Promise<boolean>
  /** Throws UniqueViolation. */
  insert(subject: string, userId: string): Promise<void>
}

export interface PasswordHistoryStore {
  add(userId: string, passwordHash: string, now: number): Promise<void>
  /** Newest first: the last `size`, and those since `since` (Unix milliseconds), whichever is more. */
  recent(userId: string, size: number, since: number): Promise<string[]>
  /** Forgets what `recent` would not give. */
  prune(userId: string, size: number, since: number): Promise<void>
}

/** A log-in that an opaque access token stands for. */
export interface Session {
  /** SHA-256 of the token, base64url. */
  tokenHash: string
  userId: string
  dialect: Dialect
  /** Unix milliseconds. */
  createdAt: number
  /** Unix milliseconds, at most a minute behind. */
  lastSeenAt: number
}

/** What its owner is told of where a session was opened; null: not known. */
export interface SessionOrigin {
  /** What opened it, such as `Chrome on Windows`. */
  client: string | null
  /** IP address. */
  address: string | null
}

/** Why an access token is no longer good. */
export type EndReason =
  | 'loggedOut'
  | 'expired'
  | 'revoked'
  | 'passwordChanged'
  | 'passwordReset'
  | 'userDeleted'

/** `end` and `endAllOfUser` are for transactions: sessions end and are noted as ended together. */
export interface SessionStore {
  insert(session: Session & SessionOrigin): Promise<void>
  /** The session with its user, in one look-up: every request of a logged-in user needs it. */
  find(tokenHash: string): Promise<(User & { session: Session }) | undefined>
  /** The newest few hundred, newest first, those that are too old included. */
  ofUser(userId: string): Promise<(Session & SessionOrigin)[]>
  /** False when there was no such session. */
  end(tokenHash: string, reason: EndReason, now: number): Promise<boolean>
  /** Ends the user's sessions, but for the one of `except`; gives how many. */
  endAllOfUser(userId: string, reason: EndReason, now: number, except?: string): Promise<number>
  countOfUser(userId: string): Promise<number>
  /** Why a session ended that is there no more; undefined when that is not known. */
  endOf(tokenHash: string): Promise<EndReason | undefined>
  /** Forgets why sessions ended before this time, `most` of them at most; gives how many. */
  forgetEnded(before: number, most: number): Promise<number>
  markSeen(tokenHashes: string[], time: number): Promise<void>
}

/** JWT tokens that ended by themselves before they expired. */
export interface RevokedTokenStore {
  /** `expiresAt`: Unix milliseconds after which the entry is of no use; null: never. */
  add(tokenHash: string, expiresAt: number | null, reason: EndReason): Promise<void>
  /** Why the token was revoked; undefined when it was not. */
  reasonOf(tokenHash: string): Promise<EndReason | undefined>
  prune(now: number): Promise<void>
}

export interface RecordStore {
  find(databaseId: string, id: RecordId): Promise<StoredRecord | undefined>
  /** The same as it is committed, and quicker: not for what a transaction decides. */
  read(databaseId: string, id: RecordId): Promise<StoredRecord | undefined>
  /** Records of a type by their keys, from several databases, in no order. */
  findAll(databaseIds: string[], type: string, keys: string[]): Promise<StoredRecord[]>
  /** The record in whichever database has one of this id, the public one first. */
  findAnywhere(id: RecordId): Promise<StoredRecord | undefined>
  /** Throws UniqueViolation, or InvalidArgument when it refers to a record that does not exist. */
  insert(record: StoredRecord): Promise<void>
  /** Throws InvalidArgument when it refers to a record that does not exist. */
  update(record: StoredRecord): Promise<void>
  delete(databaseId: string, id: RecordId): Promise<void>
  /** Deletes every record of a private database. */
  deleteAll(databaseId: string): Promise<void>
  /** Takes the fields that refer to this record out of the records that have them. */
  removeReferencesTo(databaseId: string, id: RecordId): Promise<void>
  /** True if another record refers to this one. */
  isReferenced(databaseId: string, id: RecordId): Promise<boolean>
  query(query: RecordQuery): Promise<StoredRecord[]>
  /** Every record of a type in the public database, however many there are. */
  all(type: string): AsyncIterable<StoredRecord>
  count(query: RecordQuery): Promise<number>
}

export interface RecordQuery {
  /** Undefined: all databases. */
  databaseId: string | undefined
  type: string
  predicate: Predicate | undefined
  sort: SortKey[]
  /** The fields of all key paths in `predicate` and `sort`, by the text of the path. */
  fields: ReadonlyMap<string, QueryField>
  limit: number | undefined
  offset: number
  /** Only records that this subject may read are found, and looked into; undefined: all. */
  readableBy: Subject | undefined
}

export interface SchemaStore {
  /** Types of the fields by name; empty when there is no such record type. */
  fieldsOf(recordType: string): Promise<Map<string, FieldType>>
  find(recordType: string): Promise<RecordType | undefined>
  /** Every record type by its name, in the order of the names. */
  all(): Promise<Map<string, RecordType>>
  /** Adds fields, and the type if there is none; a field that is there already keeps its type. */
  addFields(recordType: string, fields: Map<string, FieldType>): Promise<void>
  setCreateRoles(recordType: string, roles: string[]): Promise<void>
  setDefaultAccess(recordType: string, access: AccessEntry[]): Promise<void>
  /** Renames a field, in all records too. */
  renameField(recordType: string, field: string, newName: string): Promise<void>
  /** Forgets a field, in all records too. */
  deleteField(recordType: string, field: string): Promise<void>
  /** Gives queries an index for a field whose name and type are plain names. */
  addIndex(recordType: string, field: string, fieldType: FieldType): Promise<void>
  /** Counts a sequence up and gives the number. */
  nextNumber(recordType: string, field: string): Promise<number>
  /** Makes a sequence go on after this number. */
  skipNumbers(recordType: string, field: string, last: number): Promise<void>
}

/** Rules for single fields; what they say is in records/field-access.ts. */
export interface FieldAccessStore {
  all(): Promise<FieldAccessRules>
  /** Makes these the only rules. */
  replace(rules: FieldAccessRule[]): Promise<void>
  /** Differs from what it was before if the rules may have changed. */
  version(): Promise<string>
}

/** Facts about the database itself. */
export interface MetadataStore {
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
}

/** What a one-time code is good for. */
export type CodePurpose = 'reset_password' | 'verify'

/** A code that was sent to a user, known by its hashes only. */
export interface OneTimeCode {
  id: string
  userId: string
  purpose: CodePurpose
  /** The field of the user record whose value is the address that the code was sent to. */
  recordKey: string
  recordValue: string
  /** Of the long code that the link holds. */
  linkHash: string
  /** Of the short code that the user may type instead; null: there is none. */
  typedHash: string | null
  /** Unix milliseconds; null: never. */
  expiresAt: number | null
}

export interface OneTimeCodeStore {
  /** Stores a code, in the place of an earlier one for the same user, purpose and field. */
  replace(code: OneTimeCode): Promise<void>
  /** The user's codes for a purpose, expired or not, without those that are used up. */
  find(userId: string, purpose: CodePurpose): Promise<OneTimeCode[]>
  /** The same, and counts a try of each; what was tried too often is not given any more. */
  startTry(userId: string, purpose: CodePurpose): Promise<OneTimeCode[]>
  /** Takes the counted try back, since the code was right. */
  forgiveTry(id: string): Promise<void>
  /** Uses the code up; false when that happened before. */
  take(id: string): Promise<boolean>
  /** Makes the user's codes void: those for a field, or those for a purpose. */
  void(userId: string, codes: { recordKey: string } | { purpose: CodePurpose }): Promise<void>
}

/** Somebody says to have forgotten the password of the account with this address. */
export interface ResetRequest {
  id: string
  /** As it was typed; perhaps nobody has it. */
  address: string
  /** The Accept-Language of the request. */
  languages: string
  /** Unix milliseconds. */
  requestedAt: number
}

export interface ResetRequestStore {
  add(request: ResetRequest): Promise<void>
  isEmpty(): Promise<boolean>
  /** Removes the oldest request and gives it. Two transactions do not get the same one. */
  take(): Promise<ResetRequest | undefined>
}

/** A mail that is to be sent. What it says is made of `kind` and `facts` when it is sent. */
export interface OutboxMail {
  /** The local part of the Message-ID, which is therefore the same at every attempt. */
  id: string
  kind: string
  recipient: string
  /** Languages that the recipient may read, as in Accept-Language. */
  languages: string
  facts: Record<string, string | number>
  /** Unix milliseconds. */
  createdAt: number
  /** Unix milliseconds after which it is of no use any more. */
  expiresAt: number
}

export interface OutboxStore {
  add(mail: OutboxMail): Promise<void>
  /** True if there is a mail to claim. */
  isDue(now: number): Promise<boolean>
  /**
   * Takes the mail that has been due for longest, for this process alone until `leaseEndsAt` (Unix
   * milliseconds). After that it is due again, unless it was deleted or retried.
   */
  claim(now: number, leaseEndsAt: number): Promise<ClaimedMail | undefined>
  /** The mail was sent. */
  delete(id: string): Promise<void>
  /** The mail could not be sent and is due again at this time. */
  retry(id: string, dueAt: number): Promise<void>
  /** The mail will not be sent; it is kept for a while without what it says. */
  fail(id: string, now: number): Promise<void>
  /** The newest mails that are still of use, newest first. */
  newest(limit: number, now: number): Promise<OutboxMail[]>
  counts(now: number): Promise<OutboxCounts>
  /** Removes mails that were of no use any more at this time. */
  prune(time: number): Promise<void>
}

export interface ClaimedMail extends OutboxMail {
  /** How often it was claimed, this time included. */
  attempts: number
}

/** The state of the outbox, for those who watch over the server. */
export interface OutboxCounts {
  /** Waiting to be sent, those that are tried again included. */
  pending: number
  /** Of the pending ones, those that were tried before. */
  retried: number
  /** Given up in the last days. */
  failed: number
  /** How long the oldest pending mail has been waiting, in milliseconds. */
  oldestPendingMs: number
}

/**
 * What may be done `most` times until the counter ends. After that each further one, up to the last
 * before `closesAt`, makes the next wait for a second, two, four … and at most 15 minutes.
 */
export interface Counter {
  key: string
  most: number
  /** `most`, unless there are waits. */
  closesAt: number
  /**
   * Milliseconds from the first one to the counter's end. With waits: from the last one; a month,
   * once `most` is reached.
   */
  periodMs: number
}

/** How far a counter has come. */
export interface CounterState {
  count: number
  /** Unix milliseconds from which one more is counted; 0: at once. */
  freeAt: number
}

/** Counters that end; all processes share them. */
export interface RateLimitStore {
  /** The states of counters that have begun and not ended, by their keys. */
  find(keys: string[], now: number): Promise<Map<string, CounterState>>
  /** Counts one with each counter that is free, and gives the keys of those. */
  count(counters: Counter[], now: number): Promise<Set<string>>
  /** Takes one back of each of `counted`, and lets `forgotten` begin anew. */
  release(release: CounterRelease, now: number): Promise<void>
  /** Removes counters that have ended. */
  prune(now: number): Promise<void>
}

/** Counters by their keys. */
export interface CounterRelease {
  counted?: string[]
  forgotten?: string[]
  /** One that stands at 1 until then (Unix milliseconds), which tells that something happened. */
  remembered?: { key: string; until: number }
}

/** Something that was done to an account, or tried. */
export interface AuditEvent {
  /** Later events have greater ids, as far as clocks agree. */
  id: string
  /** Unix milliseconds. */
  at: number
  event: string
  /** Whose account; the user may exist no more. */
  userId: string | null
  /** Who did it: a user's id, `_master` or null. */
  actor: string | null
  data: Record<string, unknown>
  /** Where it came from. */
  source: Record<string, string>
}

export interface AuditQuery {
  userId?: string | undefined
  event?: string | undefined
  /** Unix milliseconds. */
  since?: number | undefined
  /** Only events before the one of this id. */
  before?: string | undefined
  limit: number
}

export interface AuditStore {
  /** `dueAt`: from when it is to be handed on (Unix milliseconds); null: not at all. */
  add(event: AuditEvent, dueAt: number | null): Promise<void>
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditEvent[]>
  /** True if there is an event to claim. */
  isDue(now: number): Promise<boolean>
  /**
   * Takes the oldest events that are due, for this process alone until `leaseEndsAt` (Unix
   * milliseconds). After that they are due again.
   */
  claim(now: number, leaseEndsAt: number, most: number): Promise<AuditEvent[]>
  /** Events of these ids are due again at this time; null: they were handed on. */
  setDue(ids: string[], dueAt: number | null): Promise<void>
  /** Forgets events from before this time that are not due, `most` at most; gives how many. */
  forget(before: number, most: number): Promise<number>
}
