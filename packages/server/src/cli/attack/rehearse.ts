import { accessAttacks } from './access.ts'
import type { Attack } from './attack.ts'
import { guessingAttacks } from './guessing.ts'
import { inputAttacks } from './input.ts'
import { nameAttacks } from './names.ts'
import { sessionAttacks } from './sessions.ts'
import { Breach, type Site, Skipped } from './site.ts'
import { webAttacks } from './web.ts'

/** All attacks; guessing is last, since this client is shut out by then. */
export const attacks: readonly Attack[] = [
  ...sessionAttacks,
  ...accessAttacks,
  ...webAttacks,
  ...nameAttacks,
  ...inputAttacks,
  ...guessingAttacks,
]

/** What came of one attack. */
export interface Trial {
  id: string
  title: string
  status: 'pass' | 'fail' | 'skipped'
  /** Why it failed or was skipped. */
  seen?: string
}

/** Makes all attacks, one after the other, and tells of each when it is over. */
export async function rehearse(
  site: Site,
  { isStrict = false }: { isStrict?: boolean } = {},
  tell: (trial: Trial) => void = () => {},
): Promise<Trial[]> {
  const trials: Trial[] = []
  for (const attack of attacks) {
    if (attack.isStrict && !isStrict) continue
    const trial = await attempt(attack, site)
    tell(trial)
    trials.push(trial)
  }
  return trials
}

async function attempt(attack: Attack, site: Site): Promise<Trial> {
  const { id, title, needsMasterKey } = attack
  if (needsMasterKey && !site.masterKey) {
    return { id, title, status: 'skipped', seen: 'It needs MASTER_KEY.' }
  }
  try {
    await attack.run(site)
    return { id, title, status: 'pass' }
  } catch (error) {
    if (error instanceof Skipped) return { id, title, status: 'skipped', seen: error.message }
    if (error instanceof Breach) return { id, title, status: 'fail', seen: error.message }
    throw error
  }
}
