import { expect, it } from 'vitest'
import { nameSoftware } from './name-software.ts'

const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0'
const webKit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

it.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36`, 'Chrome on Windows'],
  [`Mozilla/5.0 (Windows NT 10.0) ${chrome} Safari/537.36 Edg/140.0`, 'Edge on Windows'],
  [`Mozilla/5.0 (Linux; Android 14; K) ${chrome} Mobile Safari/537.36`, 'Chrome on Android'],
  [`Mozilla/5.0 (X11; CrOS x86_64 1) ${chrome} Safari/537.36`, 'Chrome on ChromeOS'],
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36',
    'Chrome on Linux',
  ],
  [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36 OPR/9`, 'Opera on Linux'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/2010 Firefox/140.0', 'Firefox on Linux'],
  [
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Version/18.0 Safari/605.1.15`,
    'Safari on macOS',
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webKit} Version/18.0 Mobile/15E Safari/604.1`,
    'Safari on iOS',
  ],
  ['Notes/3 CFNetwork/1410 Darwin/22.6.0', 'Notes/3 CFNetwork/1410 Darwin/22.6.0'],
])('names browsers, and leaves what it does not know: %s', (userAgent, name) => {
  expect(nameSoftware(userAgent)).toBe(name)
})

it('adds the SDK that is not in a browser', () => {
  expect(nameSoftware('okhttp/4.9.2', 'skygear-SDK-JS/2.0.0')).toBe(
    'okhttp/4.9.2 skygear-SDK-JS/2.0.0',
  )
  expect(nameSoftware('', 'skygear-SDK-JS/2.0.0')).toBe('skygear-SDK-JS/2.0.0')
  expect(nameSoftware('')).toBe('')
})

it('makes one short line of whatever is sent', () => {
  expect(nameSoftware(' a\u001b[31m\r\n\u2028\u202eb ')).toBe('a [31m b')
  expect(nameSoftware('x'.repeat(1_000))).toHaveLength(200)
})
