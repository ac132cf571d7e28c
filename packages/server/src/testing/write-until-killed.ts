import { openStorage } from '../storage/open-storage.ts'

/**
 * A process of the tests of storage: opens the database, says so, and then writes one thing after
 * the other, naming each once it is kept. With `--once` it ends after it has opened the database.
 */
const [databaseUrl, mode] = process.argv.slice(2) as [string, string?]
const storage = await openStorage(databaseUrl)
process.stdout.write('open\n')
for (let i = 0; mode !== '--once'; i += 1) {
  await storage.transaction(async (stores) => {
    await stores.metadata.set(`first-${i}`, 'kept')
    await stores.metadata.set(`second-${i}`, 'kept')
  })
  process.stdout.write(`${i}\n`)
}
await storage.close()
