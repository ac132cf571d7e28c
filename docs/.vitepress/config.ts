import { copyFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'vitepress'
import { linksOut } from './links-out.ts'
import { chaptersOf, sdkPages } from './sidebar.ts'
import { slugify } from './slugify.ts'

const OPENAPI = 'reference/openapi.json'
const { DOCS_SOURCE_URL: sourceUrl } = process.env

const reference = [
  {
    text: 'Server',
    items: [
      { text: 'Actions', link: '/reference/actions' },
      { text: 'Errors', link: '/reference/errors' },
      { text: 'Settings', link: '/reference/settings' },
      { text: 'OpenAPI', link: `/${OPENAPI}`, target: '_blank' },
      { text: 'Differences from Skygear', link: '/reference/deviations' },
      { text: 'Attack cases', link: '/reference/attack-cases' },
    ],
  },
  { text: 'SDK', items: sdkPages() },
]

export default defineConfig({
  title: 'Skygear',
  description:
    'User authentication for app developers: one server that you run yourself, one small SDK.',
  lang: 'en',
  markdown: {
    anchor: { slugify },
    config: (markdown) => linksOut(markdown, sourceUrl),
  },
  themeConfig: {
    logo: '/logo.svg',
    nav: [
      { text: 'Guide', link: '/guide/', activeMatch: '^/guide/(?!migrating|production)' },
      { text: 'Recipes', link: '/recipes/', activeMatch: '^/recipes/' },
      { text: 'Migrating', link: '/guide/migrating' },
      { text: 'Operation', link: '/guide/production' },
      { text: 'Reference', link: '/reference/actions', activeMatch: '^/reference/' },
    ],
    sidebar: {
      '/guide/': chaptersOf('guide'),
      '/recipes/': chaptersOf('recipes'),
      '/reference/': reference,
    },
    outline: [2, 3],
    search: { provider: 'local' },
    ...(sourceUrl && { socialLinks: [{ icon: 'github', link: sourceUrl }] }),
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'Licensed under Apache-2.0' },
  },
  transformHead: ({ siteData: { base } }) => [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}logo.svg` }],
  ],
  buildEnd: ({ srcDir, outDir }) =>
    copyFileSync(path.join(srcDir, OPENAPI), path.join(outDir, OPENAPI)),
})
