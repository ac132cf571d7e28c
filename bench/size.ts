/**
 * How many bytes the SDK adds to a page: each entry bundled and minified by esbuild, then gzipped.
 * Goals: 6 KB for `skygear/auth`, 15 KB for the whole of `skygear`.
 *
 *   node bench/size.ts
 */
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { figure, printTable, verdict } from './harness/figures.ts'

const SOURCES = path.join(import.meta.dirname, '../packages/skygear/src')

const entries = [
  { name: 'skygear/auth', file: 'auth-only.ts', maxBytes: 6 * 1_024 },
  { name: 'skygear', file: 'index.ts', maxBytes: 15 * 1_024 },
  { name: 'skygear/react, on top', file: 'react.ts', maxBytes: 2 * 1_024 },
]

const rows: string[][] = []
for (const { name, file, maxBytes } of entries) {
  const code = await bundle(path.join(SOURCES, file))
  const gzipped = gzipSync(code).length
  rows.push([
    name,
    figure(code.length),
    figure(gzipped),
    figure(brotliCompressSync(code).length),
    `≤ ${figure(maxBytes)}: ${verdict(gzipped <= maxBytes)}`,
  ])
}
printTable(['entry', 'minified, bytes', 'gzip', 'brotli', 'goal, gzip'], rows)

async function bundle(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    external: ['react'],
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]!.contents
}
