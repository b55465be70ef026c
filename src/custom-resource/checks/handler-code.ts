import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';

import { Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { CUSTOM_RESOURCE } from '../../private/contract.generated';

const PACKAGE = 'cdk-patient-lambda';
const MODULE = `${PACKAGE}/handler`;
/** In the order in which Lambda looks for them. */
const EXTENSIONS = ['.js', '.mjs', '.cjs'];
/** At the beginning of a statement, so that examples in comments don't count. */
const IMPORTED = new RegExp(`(^|[;}])\\s*(import|export)\\b[^'";]*['"]${MODULE}['"]|\\bimport\\s*\\(\\s*['"]${MODULE}['"]`, 'm');
const REQUIRED = new RegExp(`\\brequire\\s*\\(\\s*['"\`]${MODULE}['"\`]\\s*\\)`);
/** A module of the same folder, whatever it is loaded by. */
const NEIGHBOUR = /['"`](\.{1,2}\/[^'"`]+)['"`]/g;

/** What code that answers holds: the module's name or, where that is bundled, however minified, the key of a continuation. */
const ANSWERS = [MODULE, CUSTOM_RESOURCE.continuationKey];
/** Bytes of a folder that are looked through for it. */
const MOST_BYTES = 32 * 1024 * 1024;

/** How a handler's code comes by the handler runtime, as far as it can be read at synth. */
export interface HandlerCode {
  /** The file that does it through ES modules, which don't see layers. */
  readonly imports?: string;
  /** Whether a file does it through CommonJS, which finds layers. */
  readonly requires: boolean;
}

interface Source {
  readonly file: string;
  readonly text: string;
  /** Whether the package is in the file's folder or above it. */
  readonly carries: boolean;
}

/** Reads what a function's handler loads; nothing when the code is neither a text nor a folder of this app: an archive, an image, an S3 object. */
export function handlerCodeOf(fn: lambda.Function): HandlerCode {
  const sources = (inlineSources(fn) ?? assetSources(fn)).filter(({ carries }) => !carries);
  return {
    imports: sources.find(({ text }) => IMPORTED.test(text))?.file,
    requires: sources.some(({ text }) => REQUIRED.test(text)),
  };
}

/** What is wrong with a handler whose runtime would not be found. */
export function handlerCodeProblem({ imports }: HandlerCode): string | undefined {
  return imports
    ? `imports '${MODULE}' in ${imports}, where it would not be found: its code does not carry the package, and ES modules don't see layers; bundle it (a ` +
        `NodejsFunction, with LongRunningHandler.fromFunction), ship ${PACKAGE} in its node_modules, or write CommonJS with require('${MODULE}')`
    : undefined;
}

/**
 * What may surprise in code that brings no handler runtime at all, as far as it can be read at synth. Where it is not in what the handler loads by its own
 * modules, a package or another file of the folder may bring it.
 */
export function strangeCodeProblem(fn: lambda.Function): string | undefined {
  const sources = inlineSources(fn) ?? (Stack.of(fn).bundlingRequired ? folderSources(fn) : undefined);
  return sources === undefined || sources.some(({ text }) => ANSWERS.some((part) => text.includes(part)))
    ? undefined
    : `the code of function '${fn.node.path}' holds neither '${MODULE}' nor a bundle of it, and what another handler returns answers nobody: the stack ` +
        'would wait until its time is up; let the handler be what customResource(...) returns (functions for a Provider of the CDK as they are: ' +
        'customResource(fromOnEvent({ onEvent, isComplete }))), or acknowledge this when a layer brings it';
}

/** The scripts in a function's folder; nothing when there are none, or more than can be read in passing. */
function folderSources(fn: lambda.Function): Pick<Source, 'text'>[] | undefined {
  const root = folderOf(fn);
  const files = root === undefined ? [] : readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => path.join(root, name));
  const scripts = files.filter((file) => EXTENSIONS.includes(path.extname(file)) && statSync(file, { throwIfNoEntry: false })?.isFile());
  const bytes = scripts.reduce((sum, file) => sum + statSync(file).size, 0);
  return scripts.length === 0 || bytes > MOST_BYTES ? undefined : scripts.map((file) => ({ text: readFileSync(file, 'utf8') }));
}

function inlineSources(fn: lambda.Function): Source[] | undefined {
  const { zipFile } = Stack.of(fn).resolve((fn.node.defaultChild as lambda.CfnFunction).code) as { zipFile?: unknown };
  return typeof zipFile === 'string' ? [{ file: 'its inline code', text: zipFile, carries: false }] : undefined;
}

function assetSources(fn: lambda.Function): Source[] {
  const { handler } = fn.node.defaultChild as lambda.CfnFunction;
  const root = folderOf(fn);
  const [, module] = /^([^.]+)\./.exec(path.basename(handler ?? '')) ?? [];
  const first = root === undefined || module === undefined ? undefined : fileOf(path.join(root, path.dirname(handler!), module));
  return first === undefined ? [] : [...loaded(first, root!)];
}

/** A file, and those that it loads from the same folder. */
function* loaded(first: string, root: string): Generator<Source> {
  const files = new Set([first]);
  // Also over those that are added meanwhile
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const carries = ancestors(path.dirname(file), root).some((above) => existsSync(path.join(above, 'node_modules', PACKAGE, 'package.json')));
    yield { file: path.relative(root, file), text, carries };
    const neighbours = [...text.matchAll(NEIGHBOUR)].map(([, name]) => fileOf(path.join(path.dirname(file), name)));
    neighbours.filter((one) => one !== undefined && one.startsWith(root)).forEach((one) => files.add(one!));
  }
}

/** The file that a handler or a module without an extension names. */
function fileOf(name: string): string | undefined {
  return ['', ...EXTENSIONS].map((extension) => name + extension).find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The folder with a function's code as it will be uploaded: after bundling. */
function folderOf(fn: lambda.Function): string | undefined {
  const asset = fn.node.tryFindChild('Code') as { assetPath?: string; isFile?: boolean } | undefined;
  return asset?.assetPath === undefined || asset.isFile ? undefined : path.resolve(Stage.of(fn)!.outdir, asset.assetPath);
}

function ancestors(folder: string, root: string): string[] {
  return folder === root || !folder.startsWith(root) ? [folder] : [folder, ...ancestors(path.dirname(folder), root)];
}
