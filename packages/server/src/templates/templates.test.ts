import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeTestDirectory } from '../testing/test-server.ts'
import { createTemplates } from './templates.ts'

const facts = { app: 'bookshop', link: 'https://auth.example.com/x?a=1&b=2', seconds: 43_200 }

let directory: string

beforeEach(() => {
  directory = makeTestDirectory()
})

afterEach(() => rmSync(directory, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(join(directory, file, '..'), { recursive: true })
  writeFileSync(join(directory, file), text)
}

describe('templates of ours', () => {
  it('say the same in every language', async () => {
    const templates = createTemplates('')
    const mails = [
      'reset-password',
      'password-was-reset',
      'verify',
      'email-was-changed',
      'welcome',
      'account-exists',
    ]
    for (const language of ['en', 'zh-Hant']) {
      for (const name of mails) {
        const mail = await templates.mail(name, language, { ...facts, code: '123456' })

        expect(mail.subject).toContain('bookshop')
        for (const part of Object.values(mail)) expect(part).not.toMatch(/\{\{|\}\}|undefined/)
      }
    }
  })

  it('tell for how long a link works', async () => {
    const templates = createTemplates('')
    const text = async (seconds: number, language = 'en') =>
      (await templates.mail('reset-password', language, { ...facts, seconds })).text

    expect(await text(43_200)).toContain('for 12 hours')
    expect(await text(3_600)).toContain('for 1 hour.')
    expect(await text(1_800)).toContain('for 30 minutes')
    expect(await text(43_200, 'zh-Hant')).toContain('12 小時')
  })

  it('tell that a code works until the next one', async () => {
    const { text } = await createTemplates('').mail('verify', 'en', { ...facts, seconds: 0 })

    expect(text).toContain('until you ask for another one')
  })

  it('have all texts in all languages', async () => {
    const folder = join(import.meta.dirname, '../../templates/texts')
    const names = await Promise.all(
      readdirSync(folder).map(async (file) => {
        const { default: texts } = await import(join(folder, file), { with: { type: 'json' } })
        return Object.entries(texts as object).map(([name, of]) => [name, Object.keys(of).sort()])
      }),
    )

    expect(names).toHaveLength(2)
    expect(names[0]).toEqual(names[1])
  })
})

describe('what users and requests say', () => {
  const evil = '<img src=x onerror=alert(1)> {{ app }} {% include "x" %}'

  it('is text in a mail and on a page', async () => {
    const templates = createTemplates('')

    const mail = await templates.mail('verify', 'en', { ...facts, code: evil })
    const page = await templates.page('verify', 'en', { ...facts, address: evil, nonce: 'n' })

    for (const html of [mail.html, page]) {
      expect(html).not.toContain('<img')
      expect(html).toContain('&lt;img')
      expect(html).toContain('{{ app }}')
    }
    expect(mail.text).toContain(evil)
  })
})

describe('templates of the operator', () => {
  it('take the place of ours with the same name', async () => {
    write('mails/welcome.html', '<b>{{ app }}</b>')

    const mail = await createTemplates(directory).mail('welcome', 'en', facts)

    expect(mail.html).toBe('<b>bookshop</b>')
    expect(mail.text).toContain('is ready')
  })

  it('replace texts one by one', async () => {
    write('texts/en.json', JSON.stringify({ welcome: { subject: 'Hi from {{ app }}' } }))

    const mail = await createTemplates(directory).mail('welcome', 'en', facts)

    expect(mail.subject).toBe('Hi from bookshop')
    expect(mail.text).toContain('is ready')
  })

  it('add a language with one file, English where it says nothing', async () => {
    write('texts/fr.json', JSON.stringify({ welcome: { subject: 'Bienvenue' } }))

    const mail = await createTemplates(directory).mail('welcome', 'fr-CA', facts)

    expect(mail.subject).toBe('Bienvenue')
    expect(mail.text).toContain('is ready')
  })

  it('read no other files', async () => {
    write('mails/welcome.txt', '{% include "../../../../etc/passwd" %}')

    await expect(createTemplates(directory).mail('welcome', 'en', facts)).rejects.toThrow()
  })
})
