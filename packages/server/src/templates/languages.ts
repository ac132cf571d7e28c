/**
 * The best of the available languages for somebody who prefers others: `preferred` is written as
 * in Accept-Language, or a single tag such as `zh_TW`. Somebody from Taiwan or Hong Kong reads
 * Traditional Chinese whether the tag says so or not. English when nothing fits.
 */
export function pickLanguage(preferred: string, available: readonly string[]): string {
  for (const tag of tagsOf(preferred)) {
    const wanted = maximize(tag)
    const found = wanted && available.find((language) => isSame(maximize(language), wanted))
    if (found) return found
  }
  return 'en'
}

/** More than any browser sends; the header is the client's, and each tag costs time. */
const MAX_TAGS = 20

/** Tags with the most preferred first. */
function tagsOf(preferred: string): string[] {
  const weighted = preferred
    .split(',')
    .slice(0, MAX_TAGS)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))
      return { tag: tag.replaceAll('_', '-'), weight: weight ? Number(weight.slice(2)) || 0 : 1 }
    })
  return weighted
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}

function maximize(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag).maximize()
  } catch {
    // `*`, or no language tag at all.
    return undefined
  }
}

function isSame(one: Intl.Locale | undefined, other: Intl.Locale): boolean {
  return one?.language === other.language && one.script === other.script
}
