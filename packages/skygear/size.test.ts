import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it.each([
  ['skygear/auth', 'src/auth-only.ts', 6 * 1024],
  ['skygear', 'src/index.ts', 15 * 1024],
  // On top of the client, which it is given, and of React.
  ['skygear/react', 'src/react.ts', 2 * 1024],
])('%s is small enough, minified and gzipped', async (_name, entry, maxBytes) => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    external: ['react'],
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  })

  const bytes = gzipSync(outputFiles[0]!.contents).length

  expect(bytes).toBeLessThanOrEqual(maxBytes)
})
