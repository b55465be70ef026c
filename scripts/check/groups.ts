/** The groups of tests, in the order in which `npm test` runs them, and what each needs beforehand. */
import type { Step } from '../build/steps';

export type Tool = 'java' | 'chromium';

export interface Group {
  readonly name: string;
  /** What `scripts/build/steps.ts` builds first. */
  readonly steps: readonly Step[];
  /** Folders with tests in TypeScript. */
  readonly jest: readonly string[];
  /** Folders with tests in Python. */
  readonly pytest: readonly string[];
  /** Folders inside those of `jest` that are left out, and counted as skipped, where a tool does not work. */
  readonly optional: readonly { readonly folder: string; readonly tool: Tool }[];
  /** Test files that run side by side. */
  readonly workers?: number;
  /** Time limit of one test in milliseconds, unless it sets its own. */
  readonly testTimeout?: number;
}

/** The tests of src/ run through test/together. */
const UNIT_FOLDERS = ['test/bench', 'test/contract', 'test/demo', 'test/docs', 'test/examples', 'test/lambda', 'test/scripts', 'test/together'];

export const GROUPS: readonly Group[] = [
  {
    name: 'unit',
    steps: ['code'],
    jest: UNIT_FOLDERS,
    pytest: ['test/contract', 'test/lambda'],
    optional: [],
    workers: 2,
    testTimeout: 60_000, // they take milliseconds, and jest's five seconds pass on a busy machine
  },
  {
    name: 'clients',
    steps: ['bundle', 'clients'],
    jest: ['test/clients'],
    pytest: [],
    optional: [{ folder: 'test/clients/dynamodb-local', tool: 'java' }],
    workers: 2,
    testTimeout: 60_000,
  },
  {
    name: 'e2e',
    steps: ['bundle', 'compile', 'clients'],
    jest: ['test/local', 'test/e2e'],
    pytest: [],
    optional: [
      { folder: 'test/e2e/dynamodb-local', tool: 'java' },
      { folder: 'test/e2e/browser', tool: 'chromium' },
    ],
    workers: 3, // they wait more than they compute
    testTimeout: 120_000,
  },
  {
    name: 'package',
    steps: ['bundle', 'compile', 'tarball', 'kernel'],
    jest: ['test/package'],
    pytest: [],
    optional: [],
    workers: 2,
    testTimeout: 120_000,
  },
  { name: 'lint', steps: [], jest: [], pytest: [], optional: [] }, // each check takes the steps that it needs
];

export function groupNamed(name: string): Group {
  const group = GROUPS.find((candidate) => candidate.name === name);
  if (!group) {
    throw new Error(`no group '${name}': there are ${GROUPS.map((candidate) => candidate.name).join(', ')}`);
  }
  return group;
}
