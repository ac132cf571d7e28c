import { cookies } from 'next/headers'
import { Account } from './account'
import { verify } from './verify'

export default async function Page() {
  const jar = await cookies()
  const user = await verify(jar.get('session')?.value)
  return (
    <main>
      <h1>{`Hello, ${user?.username ?? 'stranger'}`}</h1>
      <Account />
    </main>
  )
}
