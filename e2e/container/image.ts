import assert from 'node:assert/strict'
import { SECRET } from './context.ts'
import type { Engine } from './engine.ts'

/** What only those need who build or test the server. */
const TOOLS = ['esbuild', 'kysely', 'react', 'tsdown', 'typescript', 'vitest', 'zod']

/** Checks that the server is in the image, and nothing that only its building needs. */
export async function checkImage({ run }: Engine, image: string): Promise<void> {
  const inImage = async (script: string) =>
    (await run(['run', '--rm', '--entrypoint', 'sh', image, '-c', script])).split('\n')
  // What others put into their packages is theirs to decide.
  const files = await inImage("find /app -path '*/node_modules/*' -prune -o -type f -print")
  const others = files.filter((file) => {
    const isOurs = /^\/app\/(LICENSE|packages\/server\/(package\.json|(bin|dist|templates)\/.*))$/
    return !isOurs.test(file) || /(?<!\.d)\.m?ts$/.test(file)
  })
  assert.ok(files.includes('/app/packages/server/bin/skygear-server.mjs'), files.join('\n'))
  assert.deepEqual(others, [], 'The image has files that the server does not need.')

  const installed = await inImage('ls /app/node_modules')
  assert.ok(installed.includes('pg'), installed.join('\n'))
  const tools = installed.filter((name) => TOOLS.includes(name))
  assert.deepEqual(tools, [], 'The image has packages that the server does not need.')

  const leaks = await inImage(`grep -rls ${SECRET} /app /home /var/lib || true`)
  assert.deepEqual(leaks, [''], 'The image has secrets in it.')
  const open = await inImage('find /app ! -type l -perm -o+w; find /app ! -type l ! -perm -o+r')
  assert.deepEqual(open, [''], 'Files of the image can be written, or not be read, by its user.')
}
