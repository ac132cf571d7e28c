import { defineConfig } from 'tsdown'

/** Dependencies stay outside: npm installs them, and the native ones cannot be bundled. */
export default defineConfig({
  entry: { index: 'src/index.ts', 'cli/main': 'src/cli/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  deps: { neverBundle: true },
  dts: { entry: 'src/index.ts' },
  sourcemap: false,
})
