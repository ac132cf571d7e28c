'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useAuth } from 'skygear/react'

export function SessionCookie() {
  const { status, auth } = useAuth()
  const router = useRouter()
  const token = status === 'restoring' ? undefined : auth.accessToken
  useEffect(() => {
    if (token === undefined) return
    const change = token
      ? { method: 'POST', headers: { Authorization: `Bearer ${token}` } }
      : { method: 'DELETE' }
    fetch('/session', change).then(
      () => router.refresh(),
      () => {}, // Without a network there is no page to draw anew, either.
    )
  }, [token, router])
  return null
}
