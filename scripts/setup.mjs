/**
 * Makes a clone ready to run: checks the tools, installs, builds. Does nothing when nothing changed.
 *
 *   --build  also builds the packages
 *   --docs   also installs what makes the documentation site
 *   --tests  also installs what the end-to-end tests run with: published SDKs and frameworks
 *
 * The `pre…` scripts of package.json call it. It runs on whatever Node the shell has, before
 * anything is installed: plain JavaScript, no dependencies.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The fields of a package.json that decide what is installed: editing a script installs nothing. */
const DEPENDENCY_FIELDS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'overrides',
  'workspaces',
  'allowScripts',
]

checkTools()
installDependencies()
if (process.argv.includes('--tests')) installForTests()
if (process.argv.includes('--docs'))
  installFolder('docs', 'Installing what makes the documentation site…')
if (process.argv.includes('--build')) build()

function checkTools() {
  const npm = /^npm\/(\d+)/.exec(process.env.npm_config_user_agent ?? '')
  if (Number.parseInt(process.versions.node, 10) < 20) {
    fail(
      `Node 20 or newer is needed, and this is Node ${process.versions.node}. https://nodejs.org`,
    )
  }
  if (npm && Number(npm[1]) < 10) {
    fail(
      `npm 10 or newer is needed, and this is npm ${npm[1]}. Run: npm install --global npm@latest`,
    )
  }
}

function installDependencies() {
  const manifests = folders('packages').map((folder) => path.join(folder, 'package.json'))
  install(root, ['.npmrc', 'package-lock.json', 'package.json', ...manifests], (first) =>
    first ? 'Installing dependencies (first run only)…' : 'Installing changed dependencies…',
  )
  if (!repositoryNode()) {
    fail(
      "The repository's own Node is missing after the installation. " +
        'If `npm config get ignore-scripts` says true, run: npm rebuild node --ignore-scripts=false',
    )
  }
}

function installForTests() {
  for (const folder of folders('e2e/published')) {
    installFolder(folder, `Installing the published SDK ${path.basename(folder)}…`)
  }
  installFolder('e2e/frameworks', 'Installing Express, Fastify and Next.js…')
  installFolder('e2e/react-native', 'Installing react-native-web…')
}

/** Installs what has a package.json and a lockfile of its own. */
function installFolder(folder, message) {
  const files = ['.npmrc', 'package-lock.json', 'package.json']
    .map((file) => path.join(folder, file))
    .filter((file) => existsSync(path.join(root, file)))
  install(path.join(root, folder), files, () => message)
}

function build() {
  const script = path.join(root, 'scripts', 'build.ts')
  const { status } = spawnSync(repositoryNode(), [script], { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail('The build failed: see above.')
}

/** Runs `npm ci` in a folder, unless the files it depends on are those of the last time. */
function install(folder, files, message) {
  const stamp = path.join(folder, 'node_modules', '.setup-stamp')
  const wanted = hash(files)
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : null
  if (installed === wanted) return

  if (installed !== null || !installedByHand(folder)) {
    console.log(message(installed === null))
    npmCi(folder)
  }
  writeFileSync(stamp, wanted)
}

/** Whether somebody ran npm here themselves: it writes its record when it has finished. */
function installedByHand(folder) {
  const record = path.join(folder, 'node_modules', '.package-lock.json')
  const lock = path.join(folder, 'package-lock.json')
  return existsSync(record) && statSync(record).mtimeMs > statSync(lock).mtimeMs
}

function npmCi(folder) {
  const { file, args } = npmCommand()
  // Where NODE_ENV says production too: what builds the server is among them.
  const { status } = spawnSync(file, [...args, 'ci', '--include=dev', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    // On Windows npm is a .cmd file, which only a shell starts.
    shell: file === 'npm' && process.platform === 'win32',
  })
  if (status !== 0) {
    fail(
      'Installing failed: see above. It downloads from the npm registry ' +
        '(`npm config get registry`): check the network, then run the same command again.',
    )
  }
}

/**
 * The npm that runs this script, on its own Node. Not `npm` on the path: inside an npm script
 * that starts on the repository's Node, which the installation is about to delete.
 */
function npmCommand() {
  const { npm_execpath: npm = '', npm_node_execpath: node = process.execPath } = process.env
  return npm.endsWith('npm-cli.js') ? { file: node, args: [npm] } : { file: 'npm', args: [] }
}

function repositoryNode() {
  const bin = path.join(root, 'node_modules', 'node', 'bin')
  return ['node', 'node.exe'].map((file) => path.join(bin, file)).find((file) => existsSync(file))
}

/** The folders directly in `parent` that hold a package, relative to the root. */
function folders(parent) {
  const absolute = path.join(root, parent)
  if (!existsSync(absolute)) return []
  return readdirSync(absolute)
    .sort()
    .map((name) => path.join(parent, name))
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
}

function hash(files) {
  // A folder shared with another machine or container needs that platform's binaries.
  const sum = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of files) {
    const text = readFileSync(path.join(root, file), 'utf8')
    sum.update(file).update(path.basename(file) === 'package.json' ? dependenciesIn(text) : text)
  }
  return sum.digest('hex')
}

function dependenciesIn(manifest) {
  const fields = JSON.parse(manifest)
  return JSON.stringify(DEPENDENCY_FIELDS.map((name) => fields[name] ?? null))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
