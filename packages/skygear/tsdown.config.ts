import { defineConfig } from 'tsdown'

const clients = { index: 'src/index.ts', auth: 'src/auth-only.ts' }
const beside = { react: 'src/react.ts', server: 'src/server.ts' }
const entry = { ...clients, ...beside }
const shared = { platform: 'neutral', target: 'es2022', fixedExtension: true } as const

// What `require('skygear')` and the global `skygear` give is the client, with the exports on it.
const CLIENT_AS_MODULE = 'module.exports = Object.assign(exports.default, exports);'
const CLIENT_AS_GLOBAL = 'skygear=Object.assign(skygear.default,skygear);'

export default defineConfig([
  // The declarations for `require` are written by hand: none are made for `export =`.
  { ...shared, entry, format: 'esm', dts: true, copy: 'src/commonjs/*.d.cts' },
  {
    ...shared,
    entry,
    format: 'cjs',
    dts: false,
    outputOptions: {
      exports: 'named',
      footer: ({ isEntry, name }) => (isEntry && name in clients ? CLIENT_AS_MODULE : ''),
    },
  },
  {
    ...shared,
    entry: { skygear: 'src/index.ts' },
    format: 'iife',
    globalName: 'skygear',
    minify: true,
    dts: false,
    outputOptions: {
      exports: 'named',
      footer: CLIENT_AS_GLOBAL,
      entryFileNames: 'skygear.global.js',
    },
  },
])
