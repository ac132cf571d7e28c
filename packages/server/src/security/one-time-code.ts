import {
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto'
import type { Settings } from '../settings.ts'
import type { CodePurpose, OneTimeCode, Stores } from '../storage/storage.ts'

/** OWASP ASVS 5.0, 7.2.3 asks for 128 bits at least. */
const LINK_CODE_BYTES = 32

const alphabets = {
  numeric: { letters: '0123456789', length: 6 },
  complex: { letters: '0123456789abcdefghijklmnopqrstuvwxyz', length: 8 },
}

/** What a code is made for. */
export interface CodeOrder {
  userId: string
  purpose: CodePurpose
  /** The field of the user record whose value is the address that the code goes to. */
  recordKey: string
  recordValue: string
  /** Unix milliseconds; null: never. */
  expiresAt: number | null
  /** Undefined: the code comes in a link only. */
  typedFormat?: keyof typeof alphabets
}

/** Codes that prove who has a mailbox. The database knows their hashes only. */
export interface OneTimeCodes {
  /** Makes a code that takes the place of earlier ones, within the transaction of `stores`. */
  issue(stores: Stores, order: CodeOrder): Promise<{ linkCode: string; typedCode: string }>
  /**
   * The code that this text is, used up or not by looking at it; for pages that only show
   * something.
   */
  peek(stores: Stores, userId: string, purpose: CodePurpose, text: string): Promise<Found>
  /**
   * The same for who wants to use it: a wrong text counts, and after ten of them the code is dead.
   * A text that is typed can be meant, where there is one.
   */
  check(stores: Stores, userId: string, purpose: CodePurpose, text: string): Promise<Found>
}

type Found = OneTimeCode | undefined

export function createOneTimeCodes({ masterKey }: Pick<Settings, 'masterKey'>): OneTimeCodes {
  // A code of six digits could be found by its hash in no time, if the hash needed no key.
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'skygear one-time codes', 32))

  /** Bound to user and purpose: the same text is another code elsewhere. */
  function hashCode(userId: string, purpose: CodePurpose, text: string): string {
    const message = JSON.stringify([purpose, userId, text])
    return createHmac('sha256', key).update(message).digest('base64url')
  }

  return {
    async issue(stores, { typedFormat, ...order }) {
      const linkCode = randomBytes(LINK_CODE_BYTES).toString('base64url')
      const typedCode = typedFormat ? makeTypedCode(typedFormat) : ''
      const { userId, purpose } = order
      await stores.oneTimeCodes.replace({
        ...order,
        id: randomUUID(),
        linkHash: hashCode(userId, purpose, linkCode),
        typedHash: typedFormat ? hashCode(userId, purpose, typedCode) : null,
      })
      return { linkCode, typedCode }
    },

    async peek({ oneTimeCodes }, userId, purpose, text) {
      const given = hashCode(userId, purpose, text)
      const codes = await oneTimeCodes.find(userId, purpose)
      return codes.find(({ linkHash }) => isSame(given, linkHash))
    },

    async check({ oneTimeCodes }, userId, purpose, text) {
      const given = hashCode(userId, purpose, text)
      const typed = hashCode(userId, purpose, text.trim().toLowerCase())
      const codes = await oneTimeCodes.startTry(userId, purpose)
      const right = codes.find(
        ({ linkHash, typedHash }) =>
          isSame(given, linkHash) || (typedHash !== null && isSame(typed, typedHash)),
      )
      // Whoever has the code may still need another try, for a better password.
      if (right) await oneTimeCodes.forgiveTry(right.id)
      return right
    },
  }
}

/** True if the time of the code is over. */
export function hasExpired({ expiresAt }: OneTimeCode, now: number): boolean {
  return expiresAt !== null && expiresAt <= now
}

function makeTypedCode(format: keyof typeof alphabets): string {
  const { letters, length } = alphabets[format]
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
}

function isSame(hash: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hash), Buffer.from(other))
}
