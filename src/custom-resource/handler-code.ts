import { existsSync, readFileSync } from 'fs';
import * as path from 'path';
import { Stack, Stage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

const PACKAGE = 'cdk-patient-lambda';
const MODULE = `${PACKAGE}/handler`;
/** In the order in which Lambda looks for them. */
const EXTENSIONS = ['.js', '.mjs', '.cjs'];
/** At the beginning of a statement, so that examples in comments don't count. */
const IMPORTED = new RegExp(`(^|[;}])\\s*(import|export)\\b[^'";]*['"]${MODULE}['"]|\\bimport\\s*\\(\\s*['"]${MODULE}['"]`, 'm');
const REQUIRED = new RegExp(`\\brequire\\s*\\(\\s*['"]${MODULE}['"]\\s*\\)`);

/** How a handler's file comes by the handler runtime, as far as it can be read at synth. */
export interface HandlerCode {
  /** As the user knows it. */
  readonly file: string;
  /** Through ES modules, which don't see layers. */
  readonly imports: boolean;
  /** Through CommonJS, which finds layers. */
  readonly requires: boolean;
}

interface Source {
  readonly file: string;
  readonly text: string;
  /** Whether the package lies beside the file or above it. */
  readonly carries: boolean;
}

/** Reads the file that a function's handler names; undefined when the code is no text or folder of this app: an archive, an image, an S3 object. */
export function handlerCodeOf(fn: lambda.Function): HandlerCode | undefined {
  const source = inlineSource(fn) ?? assetSource(fn);
  return source && {
    file: source.file,
    imports: !source.carries && IMPORTED.test(source.text),
    requires: !source.carries && REQUIRED.test(source.text),
  };
}

/** What is wrong with a handler whose runtime would not be found. */
export function handlerCodeProblem(code: HandlerCode | undefined): string | undefined {
  return code?.imports
    ? `imports '${MODULE}' in ${code.file}, where it would not be found: its code does not carry the package, and ES modules don't see layers; bundle it (a `
      + `NodejsFunction, given as function), ship ${PACKAGE} in its node_modules, or write CommonJS with require('${MODULE}')`
    : undefined;
}

function inlineSource(fn: lambda.Function): Source | undefined {
  const { zipFile } = Stack.of(fn).resolve((fn.node.defaultChild as lambda.CfnFunction).code) as { zipFile?: unknown };
  return typeof zipFile === 'string' ? { file: 'its inline code', text: zipFile, carries: false } : undefined;
}

function assetSource(fn: lambda.Function): Source | undefined {
  const { handler } = fn.node.defaultChild as lambda.CfnFunction;
  const root = folderOf(fn);
  const [, module] = /^([^.]+)\./.exec(path.basename(handler ?? '')) ?? [];
  if (root === undefined || module === undefined) {
    return undefined;
  }
  const folder = path.join(root, path.dirname(handler!));
  const file = EXTENSIONS.map((extension) => path.join(folder, module + extension)).find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : {
    file: path.relative(root, file),
    text: readFileSync(file, 'utf8'),
    carries: ancestors(folder, root).some((above) => existsSync(path.join(above, 'node_modules', PACKAGE, 'package.json'))),
  };
}

/** The folder with a function's code as it will be uploaded: after bundling. */
function folderOf(fn: lambda.Function): string | undefined {
  const asset = fn.node.tryFindChild('Code') as { assetPath?: string; isFile?: boolean } | undefined;
  return asset?.assetPath === undefined || asset.isFile ? undefined : path.resolve(Stage.of(fn)!.outdir, asset.assetPath);
}

function ancestors(folder: string, root: string): string[] {
  return folder === root || !folder.startsWith(root) ? [folder] : [folder, ...ancestors(path.dirname(folder), root)];
}
