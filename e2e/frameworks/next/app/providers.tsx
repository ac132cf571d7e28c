'use client'

import type { ReactNode } from 'react'
import skygear from 'skygear'
import { SkygearProvider } from 'skygear/react'
import { SessionCookie } from './session-cookie'

void skygear.config({
  endPoint: process.env.NEXT_PUBLIC_SKYGEAR_ENDPOINT!,
  apiKey: process.env.NEXT_PUBLIC_SKYGEAR_API_KEY!,
})

export function Providers({ children }: { children: ReactNode }) {
  return (
    <SkygearProvider client={skygear}>
      <SessionCookie />
      {children}
    </SkygearProvider>
  )
}
