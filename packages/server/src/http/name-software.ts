/** Browsers that claim to be others too stand before those. */
const browsers: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|OPT|OPX)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|HeadlessChrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
]

const systems: [RegExp, string][] = [
  [/\bWindows\b/, 'Windows'],
  [/\b(iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** Headers are the client's; a name is read by people. */
const MAX_LENGTH = 200

/**
 * What sends a request, by its headers: a browser as `Chrome on Windows`, other programs as they
 * name themselves, without control characters and at most 200 characters long.
 */
export function nameSoftware(userAgent: string, sdk: string | string[] = ''): string {
  const browser = userAgent.startsWith('Mozilla/') && nameIn(browsers, userAgent)
  const system = nameIn(systems, userAgent)
  if (browser) return system ? `${browser} on ${system}` : browser
  return asLine(`${userAgent} ${sdk}`)
}

/** A header as people may be shown it: without control characters, and not too long. */
export function asLine(header: string): string {
  return header
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
    .trimEnd()
}

function nameIn(names: [RegExp, string][], userAgent: string): string | undefined {
  return names.find(([pattern]) => pattern.test(userAgent))?.[1]
}
