import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as proxy from '../../lambda/contract/aws/proxy.vectors.json';
import * as cloudFormation from '../../lambda/contract/cloudformation/answer.json';
import * as customResource from '../../lambda/contract/custom-resource/custom-resource.json';
import * as iam from '../../lambda/contract/iam.json';
import * as coalescing from '../../lambda/contract/maintenance-window/coalescing.json';
import * as mirror from '../../lambda/contract/maintenance-window/mirror.json';
import * as replay from '../../lambda/contract/maintenance-window/replay.json';
import * as sources from '../../lambda/contract/maintenance-window/sources.json';
import * as store from '../../lambda/contract/maintenance-window/store.json';
import * as timing from '../../lambda/contract/maintenance-window/timing.json';
import * as window from '../../lambda/contract/maintenance-window/window.json';
import * as names from '../../lambda/contract/names.json';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'contract.md'), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

/** What the first column of a section's tables names. */
function named(section: string): string[] {
  return [...sections.get(section)!.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name).sort();
}

function keysOf(contract: object): string[] {
  return Object.keys(contract).filter((key) => !key.startsWith('$') && key !== 'default');
}

const { namespace: _n, dimension: _d, storeDimension: _s, windowDimension: _w, ...metrics } = names.metrics;
// The page has the value for one of the keys, sections of their own for four
const ELSEWHERE = ['continuationKey', 'environment', 'times', 'continuation', 'errors'];
type Role = Record<string, { readonly actions: readonly string[] }>;
const permissions = keysOf(iam).flatMap((role) =>
  Object.entries(iam[role as keyof typeof iam] as unknown as Role).map(([name, { actions }]) => ({ name: `${role}.${name}`, actions })),
);

test.each<[string, readonly string[]]>([
  ['Environment variables of a guarded function', Object.values(names.environment)],
  ['Proxies', proxy.variables],
  ['Environment variables of the planner', Object.values(names.plannerEnvironment)],
  ['Environment variables of the replayer', Object.values(names.replayerEnvironment)],
  ['Parameters', [...Object.values(names.parameters), names.tag.windowStack, names.tag.windowOwners]],
  ['Mirror', Object.keys(mirror.attributes)],
  ['Events', [names.events.opened, names.events.closed]],
  ["The window's value", [...window.grammar.modes, ...keysOf(window.errorCodes)]],
  ['Layer', Object.values(names.layer)],
  ['Errors', Object.values(names.errors)],
  ['Metrics', Object.values(metrics)],
  [
    'Ids in templates',
    [
      names.tag.store,
      names.tag.functionKey,
      ...[names.customResourceTypes, names.annotations, names.constructIds].flatMap((ids) => Object.values(ids)),
    ],
  ],
  ['Table', [...Object.values(store.keys), ...keysOf(store.backlogGroups)]],
  ['States', [...store.states, ...store.transitions.flatMap(({ from }) => from ?? [])]],
  ["Attributes of an event's row", keysOf(store.attributes)],
  ['Envelope', keysOf(store.envelope)],
  ['Coalescing', keysOf(coalescing.rules)],
  ["Attributes of a run's row", keysOf(store.run.attributes)],
  ['Limits', keysOf(store.limits)],
  ['Times', keysOf(timing)],
  ['Replay', [replay.pointer.key, replay.clientContext.key, ...replay.answer.statuses, ...keysOf(replay.limits)]],
  ['Sources', sources.sources.map(({ name }) => name)],
  ['Answers', keysOf(sources.answers)],
  ['Answers to CloudFormation', [cloudFormation.createFailedId, 'responseBytes', ...cloudFormation.endpoints]],
  ['Custom resources', [customResource.continuationKey, ...keysOf(customResource).filter((key) => !ELSEWHERE.includes(key))]],
  ["Environment variables of a custom resource's function", Object.values(customResource.environment)],
  ['Continuation', keysOf(customResource.continuation.fields)],
  ['Errors of an operation', keysOf(customResource.errors)],
  ['Times of an operation', keysOf(customResource.times)],
  ['Permissions', permissions.map(({ name }) => name)],
])('the page names what the contract has, and nothing else: %s', (section, expected) => {
  expect(named(section)).toEqual([...expected].sort());
});

test.each([
  ['Limits', store.limits],
  ['Times', timing],
  ['Times of an operation', customResource.times],
])('the page gives every number as it is: %s', (section, all) => {
  for (const [name, { source: _, ...values }] of Object.entries(all).filter(([key]) => !['$comment', 'default'].includes(key))) {
    const [row] = new RegExp(`^\\| \`${name}\` \\| [^|]+ \\|`, 'm').exec(sections.get(section)!)!;
    for (const value of Object.values(values)) {
      expect(row).toMatch(new RegExp(`[ |]${String(value)}[, |]`));
    }
  }
});

test('the page gives the limits of an operation', () => {
  const { executions, physicalResourceId, continuation } = customResource;
  const { responseBytes } = cloudFormation;
  for (const [name, value] of Object.entries({ executions, responseBytes })) {
    expect(page).toContain(`| \`${name}\` | ${value.most}: `);
  }
  expect(page).toContain(`at most ${physicalResourceId.mostBytes} bytes`);
  expect(page).toContain(
    `version ${continuation.version}, at most ${continuation.mostBytes} bytes, of them the state ${continuation.mostStateBytes}`,
  );
});

test("the page gives each source's action, answer and choices as they are", () => {
  for (const { name, action, answer, allowed } of sources.sources) {
    expect(page).toContain(`| \`${name}\` | ${action} | ${answer} | ${allowed.filter((other) => other !== action).join(', ')} |`);
  }
});

test('the page gives every permission', () => {
  for (const { name, actions } of permissions) {
    expect(page).toContain(`| \`${name}\` | ${actions.map((action) => `\`${action}\``).join(', ')} |`);
  }
});

test('the page gives the limits of coalescing', () => {
  const { digestCharacters, most } = coalescing.tickInputs;
  expect(page).toContain(`first ${digestCharacters.value} characters of base64url`);
  expect(page).toContain(`at most ${most.value} of them`);
});

test('every test that the page names exists', () => {
  const tests = [...page.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path);
  expect(tests.length).toBeGreaterThan(20);
  expect(tests.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
