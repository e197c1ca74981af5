// Diagnostics of the official parser: `node check.cjs FOLDER` prints {file: [diagnostic]} for each *.json in it.
const fs = require('node:fs')
const path = require('node:path')
const { createRequire } = require('node:module')

const { Parser } = createRequire(path.join(process.cwd(), 'package.json'))('@asyncapi/parser')
const SEVERITIES = ['error', 'warning', 'information', 'hint']

async function main (folder) {
  const found = {}
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const { diagnostics } = await new Parser().parse(fs.readFileSync(path.join(folder, file), 'utf8'))
    found[file] = diagnostics.map((each) => ({
      severity: SEVERITIES[each.severity], code: each.code, at: each.path.join('/'), message: each.message
    }))
  }
  process.stdout.write(JSON.stringify(found))
}

main(process.argv[2])
