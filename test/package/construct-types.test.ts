import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import ts from 'typescript';

import { installed } from './installed';

const HEAD = `import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type ILongRunningProvider, LongRunningCustomResource, LongRunningHandler, LongRunningProvider } from 'cdk-patient-lambda';
declare const stack: Stack;
declare const fn: lambda.IFunction;
declare const provider: ILongRunningProvider;
declare const code: lambda.Code;
const runtime = lambda.Runtime.NODEJS_22_X;
export const used = [stack, fn, provider, code, runtime, LongRunningCustomResource, LongRunningHandler, LongRunningProvider];
`;

/** What each statement comes to by the declarations of the packed constructs: an error, or nothing. */
const SAMPLES: Readonly<Record<string, readonly [statement: string, error?: RegExp]>> = {
  'a resource without anything': ["new LongRunningCustomResource(stack, 'X');", /Expected 3 arguments, but got 2/],
  'a resource without a handler': ["new LongRunningCustomResource(stack, 'X', { properties: {} });", /Property 'handler' is missing/],
  'a provider without a handler': ["new LongRunningProvider(stack, 'X', {});", /Property 'handler' is missing/],
  'code without a runtime': ["LongRunningHandler.fromCode({ code, handler: 'index.handler' });", /Property 'runtime' is missing/],
  'a provider of a provider': [
    "new LongRunningProvider(stack, 'X', { handler: LongRunningHandler.fromProvider(provider) });",
    /missing the following properties from type 'LongRunningFunctionHandler'/,
  ],
  'a handler that nothing made': ["new LongRunningCustomResource(stack, 'X', { handler: {} });", /required in type 'LongRunningHandler'/],
  'a function for a handler': ["new LongRunningCustomResource(stack, 'X', { handler: fn });", /'LongRunningHandler'/],
  'a function for a provider': ['LongRunningHandler.fromProvider(fn);', /'ILongRunningProvider'/],
  'a handler of a class that is not ours': [
    'class Own extends LongRunningHandler {}\nexport const own = new Own();',
    /Constructor of class 'LongRunningHandler' is protected/,
  ],

  'a resource of code': [
    "new LongRunningCustomResource(stack, 'X', { handler: LongRunningHandler.fromCode({ runtime, code, handler: 'index.handler' }) });",
  ],
  'a resource of a function': ["new LongRunningCustomResource(stack, 'X', { handler: LongRunningHandler.fromFunction(fn) });"],
  'a resource of a provider': ["new LongRunningCustomResource(stack, 'X', { handler: LongRunningHandler.fromProvider(provider) });"],
  'a provider of code': [
    "new LongRunningProvider(stack, 'X', { handler: LongRunningHandler.fromCode({ runtime, code, handler: 'index.handler' }) });",
  ],
  'a provider of a function': ["new LongRunningProvider(stack, 'X', { handler: LongRunningHandler.fromFunction(fn) });"],
};

/** Names of the samples' files, by their place. */
const file = (index: number) => `sample-${index}.ts`;

describe('the declarations of the packed constructs', () => {
  let project: string;
  beforeAll(() => {
    project = installed('aws-cdk-lib', 'constructs', '@types/node', 'undici-types');
    Object.values(SAMPLES).forEach(([statement], index) => writeFileSync(join(project, file(index)), `${HEAD}${statement}\n`));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  test('take what synthesizes, and refuse what would want for a form', () => {
    const names = Object.keys(SAMPLES);
    const options: ts.CompilerOptions = {
      strict: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts'],
      types: ['node'],
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
    };
    const host = ts.createCompilerHost(options);
    host.getCurrentDirectory = () => project;
    const program = ts.createProgram(
      names.map((_, index) => join(project, file(index))),
      options,
      host,
    );
    const found = (index: number) =>
      program
        .getSourceFiles()
        .filter(({ fileName }) => basename(fileName) === file(index))
        .flatMap((source) => ts.getPreEmitDiagnostics(program, source))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    const all = names.map((name, index) => ({ name, found: found(index) }));
    expect(all).toEqual(names.map((name) => ({ name, found: SAMPLES[name][1] ? [expect.stringMatching(SAMPLES[name][1])] : [] })));
  });
});
