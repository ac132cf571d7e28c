import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { SkygearProvider } from 'skygear/react'
import { App } from './app.tsx'
import { client } from './client.ts'

// Before the first rendering, so that the remembered user is there at the first paint. What is
// wrong with the settings is told by the first call to the server.
void client.config({
  endPoint: import.meta.env.VITE_SKYGEAR_ENDPOINT,
  apiKey: import.meta.env.VITE_SKYGEAR_API_KEY,
})

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <SkygearProvider client={client}>
      <App />
    </SkygearProvider>
  </StrictMode>,
)
