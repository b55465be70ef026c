// Handlers and constructs are under unit test without the minutes that synth would spend on validating each template
process.env.CDK_VALIDATION ??= 'false';
// Which Node.js the AWS SDK asks for is no finding of a test
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

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
  transformIgnorePatterns: ['/node_modules/(?!tinyexec/)', '/lib/', '/assets/', '<rootDir>/(handler|replay)/'],
  moduleFileExtensions: ['ts', 'mts', 'mjs', 'js', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/(dist|lib|assets|reports|\\.cache)/', '/cdk\\.out/'],
  setupFiles: ['<rootDir>/test/loopback-only.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/one-cdk-out.ts'],
  // For `npm run coverage`, which runs all that counts; v8 measures what runs, by the maps that the transform leaves inline
  coverageProvider: 'v8',
  coverageDirectory: 'reports/coverage',
  coverageReporters: ['text-summary', 'html', 'json-summary'],
  collectCoverageFrom: ['lambda/**/*.ts', 'src/**/*.ts', '!**/*.generated.ts'],
  coverageThreshold: {
    './lambda/': { lines: 97, branches: 94 },
    './src/': { lines: 99, branches: 98 },
  },
  restoreMocks: true,
  watchman: false,
};
