import { isIPv6, SocketAddress } from 'node:net'

/**
 * The network that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one
 * household or machine has to itself.
 */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  return plain.includes(':') ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain
}

/** The network that one client may move within: the /24 of an IPv4 address, the /48 of IPv6. */
export function wideNetworkOf(address: string): string {
  const plain = plainAddress(address)
  if (plain.includes(':')) return `${groupsOf(plain).slice(0, 3).join(':')}::/48`
  return plain.replace(/\.\d+$/, '.0/24')
}

/** In one spelling; IPv4 addresses stay what they are when they are written as IPv6. */
function plainAddress(address: string): string {
  const withoutZone = address.replace(/%.*$/, '')
  if (!isIPv6(withoutZone)) return address
  const { address: spelled } = new SocketAddress({ address: withoutZone, family: 'ipv6' })
  return spelled.replace(/^::ffff:(?=\d+\.)/, '')
}

function groupsOf(address: string): string[] {
  const [left = [], right = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right]
}
