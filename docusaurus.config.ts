// Docusaurus loads this file through jiti, which cannot load ES modules such as zod; Node itself can, so it loads the rest.
module.exports = process
  .getBuiltinModule('node:module')
  .createRequire(__filename)('./src/site/config.ts')
  .siteConfig(__dirname)
