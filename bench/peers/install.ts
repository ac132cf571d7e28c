import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What each peer is installed from, in exact versions. Never part of the repository's own. */
const packages = {
  'better-auth': { 'better-auth': '1.7.25', pg: '8.23.1' },
  // What bench/size.ts measures, in one folder.
  'client-sdks': {
    pocketbase: '0.28.1',
    'better-auth': '1.7.25',
    '@supabase/auth-js': '2.119.1',
    firebase: '12.19.0',
    skygear: '1.7.2',
  },
  'parse-server': { 'parse-server': '9.10.0', express: '5.2.1' },
}

export type PeerName = keyof typeof packages

/** Installs a peer in a folder of its own below `cache`, unless it is there, and gives the folder. */
export function installPeer(name: PeerName, cache: string): string {
  const folder = path.join(cache, name)
  const manifest = JSON.stringify({ private: true, dependencies: packages[name] })
  const stamp = path.join(folder, 'installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return folder
  console.log(`Installing ${describePeer(name)}…`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), manifest)
  // Native parts come built, or not at all: neither peer needs one that has to be compiled.
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', ['install', ...quietly], { cwd: folder, stdio: 'inherit' })
  writeFileSync(stamp, manifest)
  return folder
}

/** `better-auth 1.2.3`, and the name alone for what is not a package. */
export function describePeer(name: PeerName): string {
  return [name, (packages[name] as Record<string, string>)[name]].filter(Boolean).join(' ')
}
