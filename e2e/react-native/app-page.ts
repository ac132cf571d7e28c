import type { Page } from 'playwright-core'

/** `examples/react-native` in a browser, as its user has it. */
export interface AppPage {
  /** Whatever the page has complained of. */
  readonly complaints: string[]
  fill(email: string, password: string): Promise<void>
  press(name: string): Promise<void>
  /** Waits until this is to be read. */
  reads(text: string): Promise<void>
}

export function driveApp(page: Page): AppPage {
  const complaints: string[] = []
  page.setDefaultTimeout(10_000)
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return {
    complaints,
    async fill(email, password) {
      await page.getByLabel('E-mail').fill(email)
      await page.getByLabel('Password').fill(password)
    },
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    reads: (text) => page.getByText(text, { exact: true }).waitFor(),
  }
}
