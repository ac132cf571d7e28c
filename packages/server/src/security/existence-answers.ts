import { networkOf, wideNetworkOf } from './client-network.ts'
import type { LimitOf, RateLimit } from './rate-limit.ts'

const networkLimit: RateLimit = {
  name: 'existence-network',
  most: 10,
  perSeconds: 600,
  isOfNetwork: true,
}
const wideNetworkLimit: RateLimit = {
  name: 'existence-wide-network',
  most: 100,
  perSeconds: 3_600,
  isOfNetwork: true,
}

/**
 * How many answers a network gets from which it could learn who has an account: that there is no
 * such user, or that a name is taken.
 */
export function existenceLimits(address: string): LimitOf[] {
  return [
    [networkLimit, networkOf(address)],
    [wideNetworkLimit, wideNetworkOf(address)],
  ]
}
