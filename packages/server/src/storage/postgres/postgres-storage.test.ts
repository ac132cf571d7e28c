import { dropTestDatabase, openTestDatabase } from '../../testing/postgres-cluster.ts'
import { describeStorage } from '../../testing/storage-contract.ts'
import { openStorage } from '../open-storage.ts'

const NAME = 'skygear_test_contract'

describeStorage(
  'PostgreSQL',
  async () => openStorage(await openTestDatabase(NAME)),
  () => dropTestDatabase(NAME),
)
