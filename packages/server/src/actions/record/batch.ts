import { ApiError } from '../../errors.ts'
import { errorItem } from '../../records/record.ts'
import type { Storage, Stores } from '../../storage/storage.ts'

export type RecordItem = { _type: 'record' | 'error'; _id?: string; [member: string]: unknown }

interface Batch<Item> {
  storage: Storage
  items: Item[]
  /** All items or none, instead of each by itself. */
  atomic: boolean
  /** The wire form of the item's id, if it has one. */
  idOf(item: Item): string | undefined
  /** Does the work for one item within the transaction of `stores`. Throws ApiError. */
  work(item: Item, stores: Stores): Promise<RecordItem>
}

/**
 * Does the same to several records.
 *
 * Throws AtomicOperationFailure, with the errors by record id, when one of all fails.
 */
export function runBatch<Item>(batch: Batch<Item>): Promise<RecordItem[]> {
  return batch.atomic ? runAll(batch) : runEach(batch)
}

async function runEach<Item>({ storage, items, idOf, work }: Batch<Item>): Promise<RecordItem[]> {
  const results: RecordItem[] = []
  for (const item of items) {
    try {
      results.push(await storage.transaction((stores) => work(item, stores)))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      results.push({ ...errorItem(error, idOf(item)) })
    }
  }
  return results
}

function runAll<Item>({ storage, items, idOf, work }: Batch<Item>): Promise<RecordItem[]> {
  return storage.transaction(async (stores) => {
    const results: RecordItem[] = []
    const failures: [string, ApiError][] = []
    for (const item of items) {
      try {
        results.push(await work(item, stores))
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        failures.push([idOf(item) ?? '', error])
        // After a broken constraint an engine may take no more statements.
        if (error.name === 'Duplicated') break
      }
    }
    if (failures.length === 0) return results
    throw new ApiError(
      'AtomicOperationFailure',
      'Atomic Operation rolled back due to one or more errors',
      { info: Object.fromEntries(failures) },
    )
  })
}
