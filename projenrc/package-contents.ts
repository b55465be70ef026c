import { type awscdk, javascript } from 'projen';

import * as pins from './pins';

/** Built or kept by tools, never committed. */
const NOT_IN_GIT = [
  '/assets/',
  '/handler/',
  '/replay/',
  '/reports/',
  '/THIRD-PARTY-LICENSES',
  '/.jsii.tabl.json',
  '/demo-report.html',
  'cdk.out/',
  '__pycache__/',
  '.pytest_cache/',
  '.ruff_cache/',
];

/** The only things that are published, beside what npm adds by itself (package.json, README.md, LICENSE). */
const PUBLISHED = [
  '/lib/**/*.js',
  '/lib/**/*.d.ts',
  '/assets/**',
  '/handler/**',
  '/replay/**',
  '/bin/**',
  '/CHANGELOG.md',
  '/NOTICE',
  '/THIRD-PARTY-LICENSES',
  '/.jsii',
  '/.jsii.tabl.json',
];

/**
 * What other packages and tools may import. `require` and `default` stand beside `import` because the jsii kernel, which serves Python, Java and
 * Go, loads the library by `require`; `./.jsii` and `./package.json` are read by jsii's own tools.
 */
const EXPORTS = {
  '.': { types: './lib/index.d.ts', import: './lib/index.js', require: './lib/index.js', default: './lib/index.js' },
  './handler': bothKinds('./handler'),
  './handler/testing': bothKinds('./handler/testing'),
  './replay': bothKinds('./replay'),
  './package.json': './package.json',
  './.jsii': './.jsii',
};

/** Each kind of module with the declarations of its kind, or TypeScript takes the one for the other. */
function bothKinds(folder: string) {
  return {
    import: { types: `${folder}/index.d.mts`, default: `${folder}/index.mjs` },
    require: { types: `${folder}/index.d.ts`, default: `${folder}/index.js` },
    default: `${folder}/index.js`,
  };
}

/** What is installed for the build, what git ignores, and what the published package holds. */
export function packageContents(project: awscdk.AwsCdkConstructLibrary) {
  project.addDevDeps(...pins.DEV_DEPENDENCIES);
  project.package.addField('overrides', pins.OVERRIDES);
  project.package.addField('allowScripts', pins.INSTALL_SCRIPTS);
  project.package.addField('exports', EXPORTS);
  // A list of what is published holds where a list of what is not would forget the next folder
  project.package.addField('files', PUBLISHED);
  project.gitignore.addPatterns(...NOT_IN_GIT);

  // No address of a registry in the lockfile: everybody installs from the registry that they have
  new javascript.NpmConfig(project).addConfig('omit-lockfile-registry-resolved', 'true');
}
