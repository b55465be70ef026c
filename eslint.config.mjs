import jest from 'eslint-plugin-jest';
import n from 'eslint-plugin-n';
import imports from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

/** A file that does one thing is shorter than this. */
const MOST_LINES = 350;

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'lib/',
      'assets/',
      'dist/',
      'handler/',
      'replay/',
      'reports/',
      '.cache/',
      '.projen/',
      '**/cdk.out/',
      '**/*.generated.ts',
      '**/*.d.ts',
      'test/e2e/custom-resource/never-hangs/app/handlers/syntax-error.js', // not meant to parse
    ],
  },
  {
    plugins: { imports, n },
    rules: {
      'curly': ['error', 'all'],
      'eqeqeq': 'error',
      'imports/exports': 'error',
      'imports/imports': 'error',
      'max-lines': ['error', MOST_LINES],
      'n/prefer-node-protocol': 'error',
      'no-var': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.dev.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_|^\\$comment$', ignoreRestSiblings: true }],
      'no-restricted-syntax': [
        'error',
        { selector: ':matches(PropertyDefinition, MethodDefinition) > PrivateIdentifier.key', message: 'Say `private`, not `#`.' },
      ],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
    },
  },
  {
    // A handler's functions are asynchronous because the runtime awaits them
    files: ['examples/handlers/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    plugins: { jest },
    rules: {
      'jest/no-disabled-tests': 'error',
      'jest/no-focused-tests': 'error',
      // What comes back from a service as JSON is read as the test expects it
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // What a test replaces, or asks about its calls, is not called apart from its object
      '@typescript-eslint/unbound-method': 'off',
      // A stand-in is asynchronous because what it stands for is
      '@typescript-eslint/require-await': 'off',
    },
  },
);
