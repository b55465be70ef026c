/**
 * Writes the part of lambda/contract that synth needs to src/private/contract.generated.ts: src/ is jsii's root folder and can read nothing outside.
 * The file is committed; lint compares it with what this script would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../command';

export const GENERATED = join(ROOT, 'src', 'private', 'contract.generated.ts');

type Contract = Record<string, unknown>;

interface Part {
  readonly name: string;
  readonly file: string;
  /** What of the file is needed at synth; vectors and prose are not. */
  readonly select: (contract: Contract) => unknown;
}

const PARTS: readonly Part[] = [
  { name: 'NAMES', file: 'names', select: ({ $comment, ...names }) => names },
  { name: 'WINDOW', file: 'maintenance-window/window', select: pick('allowedPattern', 'mostCharacters', 'mostReasonCharacters') },
  { name: 'STORE', file: 'maintenance-window/store', select: pick('table', 'index', 'keys', 'functionKey', 'states', 'finished') },
  { name: 'TIMING', file: 'maintenance-window/timing', select: ({ $comment, ...timing }) => timing },
  { name: 'MIRROR', file: 'maintenance-window/mirror', select: pick('key') },
  { name: 'REPLAY', file: 'maintenance-window/replay', select: pick('limits') },
  { name: 'IAM', file: 'iam', select: ({ $comment, ...iam }) => iam },
  { name: 'CUSTOM_RESOURCE', file: 'custom-resource/custom-resource', select: pick('continuationKey', 'environment', 'times', 'executions') },
  { name: 'COALESCING', file: 'maintenance-window/coalescing', select: pick('tickInputs') },
  {
    name: 'SOURCES',
    file: 'maintenance-window/sources',
    select: ({ sources }) => (sources as Contract[]).map(pick('name', 'action', 'answer', 'allowed')),
  },
  {
    name: 'HTTP_OPTIONS',
    file: 'maintenance-window/sources',
    select: ({ httpOptions }) => pick('variableBytes', 'statusCode', 'mostPatterns')(httpOptions as Contract),
  },
  {
    name: 'STREAMING',
    file: 'maintenance-window/answers',
    select: ({ streaming }) => pick('sources', 'qualifiers')(streaming as Contract),
  },
];

const HEADER = `// Generated from lambda/contract by \`npm run contract\`. Do not edit.
`;

function pick(...keys: string[]): (contract: Contract) => Contract {
  return (contract) =>
    Object.fromEntries(
      keys.map((key) => {
        if (!(key in contract)) {
          throw new Error(`lambda/contract has no '${key}' where scripts/build/contract.ts selects it; found: ${Object.keys(contract).join(', ')}`);
        }
        return [key, contract[key]];
      }),
    );
}

/** The text of the generated file for the contract in a folder. */
export function generate(folder: string): string {
  const parts = PARTS.map(({ name, file, select }) => {
    const path = join(folder, `${file}.json`);
    const value = JSON.stringify(select(JSON.parse(readFileSync(path, 'utf8')) as Contract), null, 2);
    return `/** From lambda/contract/${file}.json. */\nexport const ${name} = ${value} as const;\n`;
  });
  return [HEADER, ...parts].join('\n');
}

if (require.main === module) {
  writeFileSync(GENERATED, generate(join(ROOT, 'lambda', 'contract')));
  console.log(`contract: wrote ${PARTS.length} parts to src/private/contract.generated.ts`);
}
