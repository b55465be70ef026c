import { awscdk, javascript, typescript } from 'projen';

import { packageContents } from './projenrc/package-contents';
import * as pins from './projenrc/pins';
import { tasks } from './projenrc/tasks';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-patient-lambda',
  description: 'AWS Lambda functions that know how to wait: maintenance windows that lose no event, custom resources that always answer',
  keywords: ['aws', 'cdk', 'lambda', 'maintenance-window', 'maintenance', 'deferred-events', 'replay', 'custom-resource', 'cloudformation'],
  author: 'The cdk-patient-lambda maintainers',
  authorAddress: 'maintainers@cdk-patient-lambda.invalid',
  repositoryUrl: 'https://github.com/cdk-patient-lambda/cdk-patient-lambda.git',
  license: 'Apache-2.0',
  stability: 'experimental',
  majorVersion: 0,
  defaultReleaseBranch: 'main',

  cdkVersion: pins.AWS_CDK_LIB,
  constructsVersion: pins.CONSTRUCTS,
  jsiiVersion: pins.JSII,
  typescriptVersion: pins.TYPESCRIPT,
  projenVersion: pins.PROJEN,
  minNodeVersion: pins.NODE,
  packageManager: javascript.NodePackageManager.NPM,

  publishToPypi: { distName: 'cdk-patient-lambda', module: 'cdk_patient_lambda' },
  publishToMaven: {
    mavenGroupId: 'io.github.cdk-patient-lambda',
    mavenArtifactId: 'cdk-patient-lambda',
    javaPackage: 'io.github.cdkpatientlambda',
  },
  publishToGo: { moduleName: 'github.com/cdk-patient-lambda/cdk-patient-lambda-go', packageName: 'cdkpatientlambda' },

  tsconfig: { compilerOptions: { types: ['node'] } },
  // Everything but src/, which jsii compiles: checked by lint, run by tsx, jest and esbuild, which know both kinds of modules
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    compilerOptions: {
      module: 'preserve',
      moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
      noEmit: true,
      isolatedModules: false, // src/index.ts passes on interfaces in jsii's way
      rootDir: '.',
      types: ['node', 'jest'],
    },
    include: ['.projenrc.ts'],
    exclude: ['node_modules', '**/cdk.out/**', '.cache', 'assets', 'dist', 'handler', 'lib', 'replay'],
  },
  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  release: false,
  github: false,
  depsUpgrade: false,
  sampleCode: false,
  eslint: false, // projen's writes the old configuration format and runs --fix: eslint.config.mjs is our own
  jest: false, // jest.config.mjs is our own
  docgen: true,
  lambdaAutoDiscover: false, // handlers live outside src/, or lib/ would carry them too
  integrationTestAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
});

packageContents(project);
tasks(project);

project.synth();
