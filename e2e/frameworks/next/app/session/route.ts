import { cookies } from 'next/headers'
import { readToken } from 'skygear/server'
import { verify } from '../verify'

export async function POST(request: Request) {
  const token = readToken(request)
  if (!token || !(await verify(token))) return new Response(null, { status: 401 })
  const jar = await cookies()
  jar.set('session', token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: process.env.NODE_ENV === 'production',
  })
  return new Response(null, { status: 204 })
}

export async function DELETE() {
  const jar = await cookies()
  jar.delete('session')
  return new Response(null, { status: 204 })
}
