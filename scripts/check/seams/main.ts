/**
 * `npm run seams`: asks npm and PyPI for clients that are newer than those that the gate is tested with, and whether it can be attached to them.
 *
 *   npm run seams                              what the registries have
 *   npm run seams -- awslambdaric@4.2.1        a release
 *   npm run seams -- aws-lambda-ric=folder     one that has been fetched or changed
 *
 * Exit code 1: a seam has moved. 2: something could not be looked at, which says nothing about seams.
 */
import { type Client, CLIENTS, type Finding } from './client';
import { type Candidate, candidate, look, newerCandidates } from './look';
import { byVersion } from './published';

const MOVED = 1;
const NOT_LOOKED_AT = 2;

/** Where the gate knows the seam. */
const SEAM_OF: Readonly<Record<Client['language'], string>> = {
  nodejs: 'lambda/maintenance-window/gate/nodejs/client/addon.ts',
  python: 'lambda/maintenance-window/gate/python/patient_lambda_gate/client/attach.py',
};

async function main(args: readonly string[]): Promise<void> {
  const candidates = args.length > 0 ? args.map(candidate) : await newerCandidates();
  if (candidates.length === 0) {
    const newest = CLIENTS.map(({ name, known }) => `${name} ${[...known].sort(byVersion).at(-1)}`);
    console.log(`seams: nothing is newer than ${newest.join(' and ')}, which the gate is tested with`);
    return;
  }
  await look(candidates, report);
}

function report(of: Candidate, finding: Finding): void {
  const name = `${of.client.name} ${of.version ?? `in ${of.folder}`}`;
  if ('good' in finding) {
    console.log(`seams: ${name}: known good by shape: ${finding.good}`);
    if (of.version !== undefined && !of.client.known.includes(of.version)) {
      console.log('  Pin it in local/sandbox/pins.json, name it in clients.json, and run `npm run matrix`.');
    }
    return;
  }
  process.exitCode = MOVED;
  console.error(
    `seams: ${name}: THE SEAM HAS MOVED: ${finding.moved}\n` +
      `  Functions whose runtime gets this client do not start, or run without a gate where onUnknownClient is RUN.\n` +
      `  Teach ${SEAM_OF[of.client.language]} its shape, pin it, run \`npm run matrix\`, and release before AWS rolls it out.`,
  );
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`seams: ${error.message}`);
  console.error('seams: that is no pass: what could not be looked at may have moved; try again, with the network up');
  process.exitCode ??= NOT_LOOKED_AT;
});
