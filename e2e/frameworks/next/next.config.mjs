import path from 'node:path'

/** Two folders above is another lockfile, which Next.js would take for the project's. */
export default { turbopack: { root: path.join(import.meta.dirname, '..') } }
