'use client'

import { useState } from 'react'
import { useAuth } from 'skygear/react'

/** What the client knows, beside what the server has drawn, and what changes it. */
export function Account() {
  const { status, user, auth } = useAuth()
  const [owner, setOwner] = useState('')

  async function showOrders() {
    const response = await fetch('/api/orders', {
      headers: { Authorization: `Bearer ${auth.accessToken}` },
    })
    setOwner(response.ok ? (await response.json()).owner : String(response.status))
  }

  const changes = {
    'Sign up': () => auth.signupWithUsername('nora', 'correct horse'),
    'Change password': () => auth.changePassword('correct horse', 'battery staple', true),
    Orders: showOrders,
    'Log out': () => auth.logout(),
  }
  return (
    <>
      <p id="client">{[status, user?.username].join(' ').trim()}</p>
      <p id="orders">{owner}</p>
      {Object.entries(changes).map(([name, change]) => (
        <button key={name} type="button" onClick={() => void change()}>
          {name}
        </button>
      ))}
    </>
  )
}
