/**
 * Where imports may point, and that they make no circle. A path names a folder or a file from the root; `npm run lint -- imports` refuses one
 * that is not there, and a folder with code that no part names.
 */

/** The library under its own name, as it is built: what its users import, and whoever here writes as one of them. */
const PUBLISHED = ['lib', 'handler', 'replay', 'cdk-patient-lambda'];

/** What each part of the house may import from the repository beside itself. The rule of the longest path decides. */
export const PARTS = {
  '.dependency-cruiser.mjs': [],
  '.projenrc.ts': ['projenrc'],
  'bench': ['local/bed.ts', ...PUBLISHED],
  'bench/cold-start': ['bench', 'lambda/contract', 'local'], // starts environments one by one, which no bed does
  'bench/warm': ['bench', 'local'],
  'bench/fleet': ['bench', 'lambda'], // simulates fleets of what runs in AWS
  'demo': ['local/bed.ts'],
  'eslint.config.mjs': [],
  'examples': PUBLISHED,
  'jest.config.mjs': [],
  'lambda': [],
  'local': [],
  'projenrc': [],
  'scripts': [],
  'scripts/build/clients.ts': ['scripts', 'local/sandbox'], // makes what the sandbox runs
  'scripts/check/matrix': ['scripts', 'local/sandbox'], // runs every client that the sandbox has
  'scripts/check/runtimes.ts': ['scripts', 'local/sandbox'], // names what the sandbox ran
  'scripts/check/seams': ['scripts', 'local/data-plane', 'local/sandbox', 'lambda/contract'], // looks at clients that the sandbox has not
  'scripts/check/samples.ts': ['scripts', 'lambda'], // counts what the gate knows
  'src': [],
  'test': ['bench', 'demo', 'examples', 'lambda', 'local', 'projenrc', 'scripts', 'src', ...PUBLISHED],
  'test/e2e': ['test', 'demo', 'lambda/contract', 'local/bed.ts', ...PUBLISHED],
  'test/e2e/dynamodb-local': ['test', 'lambda'], // the product's code over the stricter store, without a bed
  'test/local': ['local'],
};

/** What is shared in lambda/ knows nobody who uses it: each room may import these, the files at lambda's top, and itself. */
export const ROOMS = {
  'lambda/aws': ['lambda/contract'],
  'lambda/cloudformation': ['lambda/contract'],
  'lambda/contract': [],
  'lambda/maintenance-window/mirror': ['lambda/contract', 'lambda/maintenance-window/window'],
  'lambda/maintenance-window/store': ['lambda/contract'],
  'lambda/maintenance-window/window': ['lambda/contract'],
};

const GATE = 'lambda/maintenance-window/gate';
const RUNTIME = 'lambda/custom-resource/runtime';

/** Who in lambda/ may not import whom. */
export const REFUSED = [
  {
    name: 'functions-know-no-gate',
    comment: 'planner, replayer, runtime and responder share words and rules with the gate, and none of its code',
    from: ['lambda/maintenance-window/planner', 'lambda/maintenance-window/replayer', RUNTIME, 'lambda/custom-resource/responder'],
    to: [GATE],
  },
  {
    name: 'protocol-is-pure',
    comment: 'what decides is not what carries it out',
    from: [`${RUNTIME}/nodejs/protocol`],
    to: [`${RUNTIME}/nodejs/operation`, `${RUNTIME}/nodejs/testing`],
  },
  {
    name: 'testing-stays-out-of-functions',
    comment: 'what runs in a function carries no simulation',
    from: [`${RUNTIME}/nodejs/index.ts`, `${RUNTIME}/nodejs/operation`],
    to: [`${RUNTIME}/nodejs/testing`],
  },
  {
    name: 'quiet-loads-late',
    comment: 'every cold start loads client and quiet; what only a window needs is imported when a window is on',
    from: [`${GATE}/nodejs/client`, `${GATE}/nodejs/quiet`],
    to: [`${GATE}/nodejs/held`, `${GATE}/nodejs/replay`],
    unless: ['dynamic-import', 'type-only'],
  },
  {
    name: 'no-sdk-in-the-layer',
    comment: 'size and start-up time of the layer are those of every guarded function',
    from: [GATE, 'lambda/aws', 'lambda/maintenance-window/mirror', 'lambda/maintenance-window/store', 'lambda/maintenance-window/window'],
    to: ['node_modules/@aws-sdk', '@aws-sdk'],
  },
];

const escaped = (path) => path.replace(/[.]/g, '\\.');
/** A folder and all that is in it, or a file. */
const within = (path) => `^${escaped(path)}(/|$)`;
/** Everything of the repository, and the library by its name. */
const OURS = [...new Set([...Object.keys(PARTS).map((path) => path.split('/')[0]), ...PUBLISHED])].map(within);

const parts = Object.entries(PARTS).map(([part, allowed]) => ({
  name: `imports-of-${part}`,
  comment: `${part} may import ${[part, ...allowed].join(', ')}`,
  severity: 'error',
  from: {
    path: within(part),
    pathNot: Object.keys(PARTS)
      .filter((other) => other.startsWith(`${part}/`))
      .map(within),
  },
  to: { path: OURS, pathNot: [part, ...allowed].map(within) },
}));

const rooms = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `imports-of-${room}`,
  comment: `${room} is shared, and may import ${[room, ...allowed].join(', ')} and the files at the top of lambda/`,
  severity: 'error',
  from: { path: within(room) },
  to: { path: within('lambda'), pathNot: [...[room, ...allowed].map(within), '^lambda/[^/]+$'] },
}));

const refused = REFUSED.map(({ name, comment, from, to, unless }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from.map(within) },
  to: { path: to.map(within), ...(unless && { dependencyTypesNot: unless }) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'the words that both sides speak get a file of their own',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...parts,
    ...rooms,
    ...refused,
  ],
  options: {
    tsPreCompilationDeps: true, // types too: who may not know a file may not know its types
    doNotFollow: { path: ['node_modules', ...PUBLISHED.map(within)] },
    exclude: { path: '(^|/)(cdk\\.out|\\.cache)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
    cache: { folder: '.cache/dependency-cruiser', strategy: 'content' },
  },
};
