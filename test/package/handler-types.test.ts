import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import ts from 'typescript';

import { installed } from './installed';
import { SAMPLES } from './type-samples';

const LIBRARY = 'cdk-patient-lambda/handler';
/** Of the modules that the package publishes for handlers and their tests. */
const FOLDERS = ['handler', 'handler/testing', 'replay'];

interface Setting {
  readonly name: string;
  readonly options: ts.CompilerOptions;
  /** What a file is called that is compiled so. */
  readonly extension: string;
  /** The declarations that belong to the module that such a file loads. */
  readonly declarations: string;
}

const { CommonJS, ESNext, Node16 } = ts.ModuleKind;
const { Bundler, Node10, Node16: Node16Resolution } = ts.ModuleResolutionKind;

const SETTINGS: readonly Setting[] = [
  { name: 'node10', options: { module: CommonJS, moduleResolution: Node10, ignoreDeprecations: '6.0' }, extension: 'ts', declarations: 'index.d.ts' },
  { name: 'node16 from CommonJS', options: { module: Node16, moduleResolution: Node16Resolution }, extension: 'cts', declarations: 'index.d.ts' },
  {
    name: 'node16 from an ES module',
    options: { module: Node16, moduleResolution: Node16Resolution },
    extension: 'mts',
    declarations: 'index.d.mts',
  },
  { name: 'bundler', options: { module: ESNext, moduleResolution: Bundler }, extension: 'ts', declarations: 'index.d.mts' },
];

const STRICTEST: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  declaration: true,
};

describe('the declarations of the packed handler runtime', () => {
  let project: string;
  const parsed = new Map<string, ts.SourceFile | undefined>();

  beforeAll(() => {
    // No types of aws-lambda and no AWS SDK: nobody should need them for these declarations
    project = installed('@types/node', 'undici-types');
    const index = readFileSync(join(__dirname, 'author', 'search-index.ts'), 'utf8');
    for (const extension of ['ts', 'cts', 'mts']) {
      writeFileSync(join(project, `search-index.${extension}`), index);
      for (const [name, { code }] of Object.entries(SAMPLES)) {
        writeFileSync(join(project, `${name}.${extension}`), code);
      }
      for (const [index, code] of examples().entries()) {
        writeFileSync(join(project, `example-${index}.${extension}`), code);
      }
    }
  });

  afterAll(() => rmSync(project, { recursive: true }));

  /** What the docstrings of customResource and fromOnEvent show. */
  function examples(): string[] {
    const text = readFileSync(join(project, 'node_modules', 'cdk-patient-lambda', 'handler', 'index.d.ts'), 'utf8');
    return [...text.matchAll(/@example\n([^]*?)\s*\*\//g)].map(([, code]) => code.replace(/^ \* ?/gm, ''));
  }

  function program(names: readonly string[], options: ts.CompilerOptions): ts.Program {
    const host = ts.createCompilerHost(options);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getCurrentDirectory = () => project;
    host.getSourceFile = (file, languageVersion, ...rest) => {
      // The libraries of TypeScript and Node.js are the same in every setting, and take longest
      if (!/typescript\/lib|@types\/node/.test(file)) {
        return getSourceFile(file, languageVersion, ...rest);
      }
      const key = `${file} ${JSON.stringify(languageVersion)}`;
      if (!parsed.has(key)) {
        parsed.set(key, getSourceFile(file, languageVersion, ...rest));
      }
      return parsed.get(key);
    };
    return ts.createProgram(
      names.map((name) => join(project, name)),
      options,
      host,
    );
  }

  /** What is wrong with the project's own files and the library's declarations; those of Node.js and TypeScript are not on trial. */
  function errors(of: ts.Program, wanted: (file: string) => boolean): string[] {
    const files = of
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(project) && !fileName.includes('/@types/') && wanted(basename(fileName)));
    return files
      .flatMap((file) => ts.getPreEmitDiagnostics(of, file))
      .map(({ messageText, file }) => `${basename(file!.fileName)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  }

  test.each(SETTINGS)('are found, right, and hold against mistakes under $name', ({ options, extension, declarations }) => {
    const right = ['search-index', ...examples().map((_, index) => `example-${index}`)];
    expect(right).toHaveLength(4);
    const compiled = program(
      [...right, ...Object.keys(SAMPLES)].map((name) => `${name}.${extension}`),
      { ...STRICTEST, ...options },
    );
    expect(
      compiled
        .getSourceFiles()
        .map(({ fileName }) => fileName)
        .filter((name) => name.includes('/cdk-patient-lambda/')),
    ).toEqual(FOLDERS.map((folder) => join(project, 'node_modules', 'cdk-patient-lambda', folder, declarations)));

    expect(errors(compiled, (file) => [declarations, ...right.map((name) => `${name}.${extension}`)].includes(file))).toEqual([]);
    for (const [name, { error }] of Object.entries(SAMPLES)) {
      const found = errors(compiled, (file) => file === `${name}.${extension}`);
      expect({ name, found }).toEqual({ name, found: error ? [expect.stringMatching(error)] : [] });
    }

    // Whoever exports a handler may publish declarations too
    const emitted: string[] = [];
    compiled.emit(compiled.getSourceFile(join(project, `search-index.${extension}`)), (_, text) => emitted.push(text), undefined, true);
    expect(emitted).toEqual([expect.stringContaining(`import { type CustomResourceHandler } from '${LIBRARY}'`)]);
  });

  test('need no types of Node.js where those of browsers are', () => {
    const compiled = program(['search-index.ts', 'operation-that-is-run.ts'], {
      ...STRICTEST,
      ...SETTINGS[3].options,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
      types: [],
    });
    expect(errors(compiled, () => true)).toEqual([]);
  });

  test.each(FOLDERS)("name nothing that can't be imported, and are the same for both kinds of modules: %s", (name) => {
    const folder = join(project, 'node_modules', 'cdk-patient-lambda', name);
    const text = readFileSync(join(folder, 'index.d.ts'), 'utf8');
    expect(readFileSync(join(folder, 'index.d.mts'), 'utf8')).toBe(text);

    const { statements } = ts.createSourceFile('index.d.ts', text, ts.ScriptTarget.Latest);
    const isExported = (statement: ts.Statement) =>
      ts.isExportDeclaration(statement) ||
      (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
    const hidden = statements.filter((statement) => !isExported(statement));
    expect(hidden.map((statement) => text.slice(statement.pos, statement.end).trim())).toEqual([]);
  });
});
