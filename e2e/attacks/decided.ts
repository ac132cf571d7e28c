/** What is known of a case beyond what tests show. */
export interface Decision {
  /**
   * - `otherwise`: we chose something else, whether a test shows it or not.
   * - `later`: there is nothing yet that could be attacked.
   * - `measured`: a command shows it, which is no test.
   */
  state: 'otherwise' | 'later' | 'measured'
  reason: string
}

const noSocial = later('There is no social log-in.')
const noFactors = later('There are no second factors.')
const noRefresh = later('There are no refresh tokens: access tokens are looked up.')
const noAdminPage = later('There is no admin page.')
const noOutbound = later(
  'The server calls only what its settings name: database, mail server, trail, breached passwords.',
)

/** Cases, or families of them, by id or the beginning of it. */
export const DECISIONS: Record<string, Decision> = {
  'ID-05': otherwise(
    'Names are kept as given, as in the original: only control characters, half characters and U+FFFD are refused.',
  ),
  'ID-08': otherwise('Names are kept as given; spaces make another name.'),
  'ID-09': otherwise('Up to 255 bytes, as existing users have them.'),
  'ID-11': otherwise(
    'User names and addresses are looked up apart, so one never stands for the other.',
  ),
  'ID-13': otherwise('Domains are compared as they are written; mail goes to the stored address.'),
  'ID-15': otherwise('No names are reserved, since apps choose theirs; odd ones do no harm.'),
  'IN-03': otherwise('The last one counts, as it did in the original.'),
  'IN-06': otherwise('Any content type is taken, since mobile clients send several.'),
  'IN-09': otherwise('6 MiB bound what one request can hold.'),
  'IN-13': otherwise('The header counts; SDKs send both.'),
  'IN-14': otherwise('RECORD_QUERY_LIMIT bounds what a query gives.'),
  'AC-09': otherwise('Such a field is data like any other; no credential is kept in records.'),
  'AC-10': otherwise(
    'A record without an access list is public, as the guide says; user records never are.',
  ),
  'SQ-06': otherwise('Bounds are 10,000 values and 50 levels.'),
  'TK-02': otherwise('A log-in leaves other sessions as they are, as it did in the original.'),
  'TK-05': otherwise(
    'Opaque tokens end with `invalidate` only, as the guide says; signed ones always.',
  ),
  'TK-06': otherwise('Sessions go on when the user is let in again, as they did in the original.'),
  'TK-10': otherwise('90 days by default; without end for users who have no password.'),
  'TK-11': otherwise('No absolute end by default; TOKEN_STORE_EXPIRY sets one.'),
  'TK-19': otherwise('A token is its bearer’s.'),
  'JW-03': otherwise('HS384 and HS512 are taken too, since the original signed with any of them.'),
  'HT-01': otherwise('6 MiB for every action: existing apps save large records.'),
  'HT-02': otherwise('A packed body is no JSON, and refused as such.'),
  'HT-06': otherwise('As in the original, a path that names no action leaves it to the body.'),
  'HT-11': otherwise('Any method is taken on actions, as in the original.'),
  'AD-07': otherwise(
    'The wire action answers a token, as in the original; the command ends all sessions.',
  ),
  'RS-03': otherwise('Links last 12 hours by default, as in the original.'),
  'RS-14': otherwise('The address changes at once and is unverified; the old one is told.'),
  'WB-13': otherwise('A script in the app’s page has the app’s session; the guide says so.'),
  'EN-04': measured('`node bench/enumeration.ts`'),
  'EN-09': measured('`node bench/enumeration.ts` for forgotten passwords'),
  'AB-06': later('There are no quotas for records.'),
  'KY-07': later('Nothing is stored encrypted: what must be secret is stored hashed.'),
  'KY-09': later('There is no pepper.'),
  'RC-06': noRefresh,
  'TK-12': noRefresh,
  'TK-13': noRefresh,
  'SD-05': noRefresh,
  'RC-07': noSocial,
  'RC-08': noSocial,
  'RC-15': noSocial,
  'EN-14': noSocial,
  OA: noSocial,
  PH: noSocial,
  'RC-20': noFactors,
  'RS-10': noFactors,
  MF: noFactors,
  SR: noOutbound,
  'SD-08': noRefresh,
  'SD-10': later('Our SDK registers no devices; log-out is one call.'),
  'LG-08': otherwise(
    'Refusals are lines of the request log, with action and code; the trail has changes and failed log-ins.',
  ),
  'LG-10': later('Changes of password and address are told by mail; new devices are not.'),
  'JW-12': later('One secret signs at a time; another one ends all sessions.'),
  'AD-03': later('The master key has no list of addresses.'),
  'AD-05': later('There is no key that may only read.'),
  'AD-09': noAdminPage,
  'AD-11': noAdminPage,
  'AD-12': noAdminPage,
  'AD-13': later('There is no import yet.'),
  'WB-14': noAdminPage,
  'HT-12': later('TLS ends at a proxy; the guide for production says how.'),
  'HT-14': later('TLS ends at a proxy.'),
  'JW-13': later('Signatures are HMACs, which have one form.'),
  'TK-09': otherwise('One server is one app, with a database and keys of its own.'),
  'TK-18': otherwise('Sessions are not counted; those that nobody uses end.'),
  'TK-20': otherwise('An anonymous user who becomes permanent keeps the session.'),
  'LG-11': otherwise('Who may write to the database may change the trail; send it elsewhere.'),
  'CS-13': otherwise('Counters are rows of the database that end by themselves, not memory.'),
  'EN-05': later('No step only asks who somebody is.'),
  'RS-04': later('There are no invitations.'),
  'RS-18': later('Pages lead nowhere but to pages of the server.'),
  'RC-18': later('There are no idempotency keys.'),
  'R-29': measured('`node bench/hashing.ts`'),
}

function otherwise(reason: string): Decision {
  return { state: 'otherwise', reason }
}

function later(reason: string): Decision {
  return { state: 'later', reason }
}

function measured(reason: string): Decision {
  return { state: 'measured', reason }
}
