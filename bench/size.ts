/**
 * How many bytes an SDK adds to a page: bundled and minified by esbuild, then gzipped. Ours by entry,
 * and with `--peers` those of others, installed from npm into the cache folder, each with what an app
 * needs to sign up, log in and out, and know the user.
 *
 *   node bench/size.ts [--peers] [--cache FOLDER]
 *
 * Goals: 6 KB for `skygear/auth`, 15 KB for the whole of `skygear`, 2 KB for `skygear/react`.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { CACHE_FOLDER } from './harness/cache-folder.ts'
import { figure, printTable, verdict } from './harness/figures.ts'
import { installPeer } from './peers/install.ts'

const SOURCES = path.join(import.meta.dirname, '../packages/skygear/src')

const ENTRIES = [
  { name: 'skygear/auth', file: 'auth-only.ts', maxBytes: 6 * 1_024 },
  { name: 'skygear', file: 'index.ts', maxBytes: 15 * 1_024 },
  { name: 'skygear/react, on top', file: 'react.ts', maxBytes: 2 * 1_024 },
]

/** Code that keeps what an app would use; of a class or a client that is all of it. */
const PEERS = {
  pocketbase: "export { default } from 'pocketbase'",
  'better-auth/client': "export { createAuthClient } from 'better-auth/client'",
  '@supabase/auth-js': "export { AuthClient } from '@supabase/auth-js'",
  'firebase/auth': `
    export { initializeApp } from 'firebase/app'
    export {
      createUserWithEmailAndPassword, getAuth, onAuthStateChanged, sendPasswordResetEmail,
      signInAnonymously, signInWithEmailAndPassword, signOut, updatePassword,
    } from 'firebase/auth'`,
  'skygear 1.7.2': "export { default } from 'skygear'",
}

const { values: options } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    cache: { type: 'string', default: CACHE_FOLDER },
  },
})

const rows: string[][] = []
for (const { name, file, maxBytes } of ENTRIES) {
  const code = await bundle({ entryPoints: [path.join(SOURCES, file)] })
  const { sizes, gzipped } = measure(code)
  rows.push([name, ...sizes, `≤ ${figure(maxBytes)}: ${verdict(gzipped <= maxBytes)}`])
}
if (options.peers) {
  const folder = installPeer('client-sdks', options.cache)
  for (const [name, code] of Object.entries(PEERS)) {
    rows.push([
      name,
      ...measure(await bundle({ stdin: { contents: code, resolveDir: folder } })).sizes,
      '',
    ])
  }
}
printTable(['entry', 'minified, bytes', 'gzip', 'brotli', 'goal, gzip'], rows)

function measure(code: Uint8Array): { sizes: string[]; gzipped: number } {
  const gzipped = gzipSync(code).length
  const sizes = [code.length, gzipped, brotliCompressSync(code).length].map(figure)
  return { sizes, gzipped }
}

async function bundle(input: BuildOptions): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...input,
    bundle: true,
    external: ['react'],
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]!.contents
}
