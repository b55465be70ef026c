// Handlers and constructs are under unit test without the minutes that synth would spend on validating each template
process.env.CDK_VALIDATION ??= 'false';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Types are checked once, by lint, and not again by each test file
  transform: {
    '\\.m?[jt]s$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, keepClassNames: true },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // tinyexec is an ES module, which jest loads as CommonJS only after the transform
  transformIgnorePatterns: ['/node_modules/(?!tinyexec/)', '/lib/', '/assets/', '<rootDir>/handler/'],
  moduleFileExtensions: ['ts', 'mts', 'mjs', 'js', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/(dist|lib|assets|reports|\\.cache)/', '/cdk\\.out/'],
  setupFiles: ['<rootDir>/test/loopback-only.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/one-cdk-out.ts'],
  restoreMocks: true,
  watchman: false,
};
