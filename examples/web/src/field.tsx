import type { ComponentProps } from 'react'

/** An input and its label. */
export function Field({ label, ...input }: ComponentProps<'input'> & { label: string }) {
  return (
    <label>
      {label}
      <input {...input} />
    </label>
  )
}
