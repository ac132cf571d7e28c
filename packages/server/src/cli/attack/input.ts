import type { Attack } from './attack.ts'
import { must, type Site } from './site.ts'

const NO_JSON = ['{', '[]', '"x"', '1', "{'a':1}", '{}{}', '{"a":NaN}', 'a=b', '\ufeff{}']
const WRONG = [1, true, ['x'], { $ne: null }, { length: 9 }, []]
const SQL = ["'", '"', "' or '1'='1", "'; drop table account; --", '\\', '$1', '?', '%', '`']
const PROTOTYPE = ['__proto__', 'constructor', 'prototype', 'toString']

export const inputAttacks: Attack[] = [
  {
    id: 'IN-01',
    title: 'bodies that are no JSON objects',
    async run(site) {
      for (const body of NO_JSON) await refused(site, body)
    },
  },
  {
    id: 'IN-11',
    title: 'bytes that are no UTF-8',
    async run(site) {
      const body = Buffer.from('{"auth_data":{"username":"\xff\xfe"},"password":"x"}', 'latin1')
      await refused(site, body)
    },
  },
  {
    id: 'IN-07',
    title: 'other types than text for names and passwords',
    async run(site) {
      const { username } = await site.user('one')
      for (const wrong of WRONG) {
        for (const body of [
          { auth_data: { username: wrong }, password: 'x' },
          { auth_data: { username }, password: wrong },
          { auth_data: wrong, password: 'x' },
        ]) {
          const { status, outcome } = await site.call('auth:login', body)
          must(status >= 400 && status < 500, `A log-in with ${JSON.stringify(body)}: ${outcome}.`)
        }
      }
    },
  },
  {
    id: 'IN-04',
    title: 'members of the prototype',
    async run(site) {
      const { username, password } = await site.user('one')
      for (const name of PROTOTYPE) {
        const inherited = JSON.stringify({ password, access_token: 'x', is_master: true })
        const body = `{"${name}":${inherited},"auth_data":{"username":"${username}"}}`
        const { outcome } = await login(site, body)
        must(outcome !== 'OK', `${name} gave a password.`)
        const asked = await site.send({ path: '/', body: { action: name }, headers: key(site) })
        must(asked.outcome === 'UndefinedOperation', `${name} is an action.`)
      }
    },
  },
  {
    id: 'IN-10',
    title: 'deep nesting',
    async run(site) {
      for (const depth of [100, 100_000]) {
        await refused(site, `{"profile":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`)
      }
    },
  },
  {
    id: 'HT-01',
    title: 'a body of ten megabytes',
    async run(site) {
      const { status } = await login(site, `{"password":"${'x'.repeat(10_000_000)}"}`)
      must(status === 413, `It was answered with status ${status}.`)
    },
  },
  {
    id: 'HT-04',
    title: 'a header of 100 kB',
    async run(site) {
      const headers = { 'X-Skygear-Access-Token': 'x'.repeat(100_000) }
      const { status } = await site.send({ path: '/me', headers })
      must(status === 431 || status === 400, `It was answered with status ${status}.`)
    },
  },
  {
    id: 'SQ-04',
    title: 'SQL in names, passwords, tokens and queries',
    async run(site) {
      const { username, token } = await site.user('one')
      for (const text of SQL) {
        const byName = { auth_data: { username: text }, password: text }
        must((await site.call('auth:login', byName)).outcome !== 'OK', `${text} is a user.`)
        const byPassword = { auth_data: { username }, password: text }
        must((await site.call('auth:login', byPassword)).outcome !== 'OK', `${text} is a password.`)
        const { outcome } = await site.call('me', { access_token: text }, { key: '' })
        must(outcome !== 'OK', `${text} is a token.`)
        const path = { $type: 'keypath', $val: text }
        for (const predicate of [
          ['eq', path, 'x'],
          ['eq', { $type: 'keypath', $val: 'username' }, text],
        ]) {
          const found = await site.call(
            'record:query',
            { record_type: 'user', predicate },
            { token },
          )
          must((found.result ?? []).length === 0, `A query by ${text} finds users.`)
        }
      }
    },
  },
]

async function refused(site: Site, body: string | Uint8Array): Promise<void> {
  const { status, outcome } = await login(site, body)
  must(status === 400, `${String(body).slice(0, 40)} was answered ${status} ${outcome}.`)
}

function login(site: Site, body: string | Uint8Array) {
  return site.send({ path: '/auth/login', headers: key(site), body })
}

function key(site: Site): Record<string, string> {
  return { 'X-Skygear-API-Key': site.apiKey }
}
