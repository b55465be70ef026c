import type { awscdk } from 'projen';

/** jsii prints a banner about Node.js 20 otherwise; the value is the major number. */
const SILENCE = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };

/**
 * The commands of this repository: raw npm scripts, since a process between npm and the command would add its own words after the tally.
 * projen keeps only what it generates well: the compilation and the packages.
 */
const COMMANDS: Record<string, string> = {
  'doctor': 'node scripts/doctor.mjs', // plain Node.js: it runs before anything is installed
  'api': 'tsx scripts/check/api.ts',
  'contract': 'tsx scripts/build/contract.ts',
  'bundle': 'tsx scripts/build/bundle.ts',
  'clients': 'tsx scripts/build/clients.ts',
  'build': 'tsx scripts/check/build.ts',
  'test': 'tsx scripts/check/test.ts',
  'test:unit': 'tsx scripts/check/test.ts unit',
  'test:clients': 'tsx scripts/check/test.ts clients',
  'test:e2e': 'tsx scripts/check/test.ts e2e',
  'test:package': 'tsx scripts/check/test.ts package',
  'matrix': 'tsx scripts/check/matrix/main.ts',
  'seams': 'tsx scripts/check/seams/main.ts',
  'coverage': 'tsx scripts/check/coverage.ts',
  'lint': 'tsx scripts/check/lint/main.ts',
  'hooks': 'git config core.hooksPath .githooks', // opt-in: formats what is staged before a commit
  'lint:fix': 'tsx scripts/check/lint/fix.ts',
  'templates': 'tsx scripts/check/templates/main.ts',
  'tally': 'tsx scripts/check/tally.ts',
  // In one process, not tsx's parent and child: what is killed from outside must be what has a bed to close
  'demo': 'tsx scripts/build/steps.ts && node --require tsx/cjs demo/main.ts',
  'bench': 'tsx scripts/build/steps.ts && node --require tsx/cjs bench/main.ts',
};

/** Tasks that projen makes and that nobody should run here. */
const UNUSED = ['clobber', 'compat', 'eject', 'package-all', 'post-compile', 'pre-compile', 'watch'];

export function tasks(project: awscdk.AwsCdkConstructLibrary) {
  for (const name of Object.keys(COMMANDS)) {
    project.package.setScript(name, COMMANDS[name]);
  }
  for (const name of UNUSED) {
    project.package.removeScript(name);
  }
  for (const [name, value] of Object.entries(SILENCE)) {
    project.tasks.addEnvironment(name, value);
  }
  // projen's own would run every test and package for every language: the scripts above decide what a build is
  project.testTask.reset('tsx scripts/check/test.ts');
}
