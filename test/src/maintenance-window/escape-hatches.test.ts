import { Aspects, CfnResource, Fn, type IAspect, type Stack, Tags } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { annotations, environment as names, layer, tag } from '../../../lambda/contract/names.json';
import { MaintenanceWindowFunction } from '../../../src';
import { BASIC, newStack, resources, synthError } from './app';

type Hatch = (cfn: lambda.CfnFunction, fn: lambda.Function, stack: Stack) => unknown;

/** What becomes of a function: refused by a message, with another wrapper that ours starts, or as guarded as without the hatch. */
type Outcome = { readonly error: string; readonly id: string } | { readonly chained: unknown } | 'unchanged';

const WRAPPER = `Environment.Variables.${names.wrapper}`;
const notChained = (error: string) => ({ error, id: annotations.wrapperNotChained });
const setLate = notChained(`${names.wrapper} was set to '/opt/other' after the maintenance window`);
const variable = (error: string) => ({ error, id: annotations.gateVariableChanged });
const replaced = variable("the variables of the maintenance window are not in the function's environment");
const changed = (name: string) => variable(`environment variable ${name} was changed after the maintenance window had set it`);
const noLayer = { error: "the maintenance window's layer was removed from the function", id: annotations.gateLayerRemoved };
const refused = (reason: string) => ({
  error: `this function can't be guarded by a maintenance window as the template has it: ${reason}`,
  id: annotations.functionNotSupported,
});
const noTag = (what: string, name = tag.store) => ({
  error: `the function's tag ${name} ${what}, by which the replayer may bring its events back: it must be 'Orders/`,
  id: annotations.gateTagChanged,
});
const lost = {
  error: "the function's CfnFunction was removed or replaced after the maintenance window had been put on it",
  id: annotations.functionReplaced,
};
const noPermission = { error: 'ssm:GetParameters', id: annotations.permissionsGrantedElsewhere };

const onResource = (change: (cfn: lambda.CfnFunction) => unknown): IAspect => ({
  visit: (node) => node instanceof lambda.CfnFunction && node.node.path === 'Orders/Fn/Resource' && change(node),
});
const onFunction = (change: (fn: lambda.Function) => unknown): IAspect => ({
  visit: (node) => node instanceof lambda.Function && node.node.path === 'Orders/Fn' && change(node),
});
const early = { priority: 100 };
const late = { priority: 1500 };

const AFTER_GUARD: readonly (readonly [string, Hatch, Outcome])[] = [
  // The wrapper
  ['an override of the wrapper', (cfn) => cfn.addPropertyOverride(WRAPPER, '/opt/other'), setLate],
  ['an override of the wrapper from the top', (cfn) => cfn.addOverride(`Properties.${WRAPPER}`, '/opt/other'), setLate],
  ["an override of the wrapper with the gate's own", (cfn) => cfn.addPropertyOverride(WRAPPER, layer.wrapper), 'unchanged'],
  ['a deletion of the wrapper', (cfn) => cfn.addPropertyDeletionOverride(WRAPPER), notChained(`${names.wrapper} was taken out`)],
  ['a wrapper by addEnvironment()', (_, fn) => fn.addEnvironment(names.wrapper, '/opt/other'), { chained: '/opt/other' }],
  ["the gate's wrapper by addEnvironment()", (_, fn) => fn.addEnvironment(names.wrapper, layer.wrapper), 'unchanged'],
  [
    'the wrapper of the Lambda Web Adapter',
    (_, fn) => fn.addEnvironment(names.wrapper, '/opt/bootstrap'),
    notChained('the Lambda Web Adapter, ignores'),
  ],
  [
    'a wrapper by an aspect on functions',
    (_, fn, stack) => Aspects.of(stack).add(onFunction(() => fn.addEnvironment(names.wrapper, '/opt/other'))),
    { chained: '/opt/other' },
  ],
  [
    'a wrapper by an aspect on resources',
    (_, __, stack) => Aspects.of(stack).add(onResource((cfn) => cfn.addPropertyOverride(WRAPPER, '/opt/other'))),
    { chained: '/opt/other' },
  ],
  [
    'a wrapper by an early aspect',
    (_, fn, stack) =>
      Aspects.of(stack).add(
        onFunction(() => fn.addEnvironment(names.wrapper, '/opt/other')),
        early,
      ),
    { chained: '/opt/other' },
  ],
  [
    'a wrapper by an aspect later than ours',
    (_, __, stack) =>
      Aspects.of(stack).add(
        onResource((cfn) => cfn.addPropertyOverride(WRAPPER, '/opt/other')),
        late,
      ),
    setLate,
  ],
  [
    'a wrapper by addEnvironment() in an aspect later than ours',
    (_, fn, stack) =>
      Aspects.of(stack).add(
        onResource(() => fn.addEnvironment(names.wrapper, '/opt/other')),
        late,
      ),
    setLate,
  ],
  [
    'a second wrapper where one is chained',
    (_, fn) => [fn.addEnvironment(names.wrapper, '/opt/first'), fn.addEnvironment(names.wrapper, '/opt/other')],
    { chained: '/opt/other' },
  ],
  ['what the gate is to start', (_, fn) => fn.addEnvironment(names.nextWrapper, '/opt/other'), notChained(`${names.nextWrapper} is set by`)],

  // Other variables
  ['the setter of the environment', (cfn) => (cfn.environment = { variables: { MINE: 'x' } }), replaced],
  ['an override of one more variable', (cfn) => cfn.addPropertyOverride('Environment.Variables.MINE', 'x'), 'unchanged'],
  ['an override of all variables, which only adds some', (cfn) => cfn.addPropertyOverride('Environment.Variables', { MINE: 'x' }), 'unchanged'],
  ['a deletion of the environment', (cfn) => cfn.addDeletionOverride('Properties.Environment'), replaced],
  ['an override of a variable of ours', (cfn) => cfn.addPropertyOverride(`Environment.Variables.${names.table}`, 'mine'), changed(names.table)],
  [
    'an override of a variable of ours by its own value',
    (cfn) => cfn.addPropertyOverride(`Environment.Variables.${names.cacheTtl}`, '30'),
    'unchanged',
  ],
  [
    'a deletion of a variable of ours',
    (cfn) => cfn.addPropertyDeletionOverride(`Environment.Variables.${names.functionKey}`),
    changed(names.functionKey),
  ],
  ['a variable of ours that was not set', (_, fn) => fn.addEnvironment(names.alwaysRun, '["* /*"]'), changed(names.alwaysRun)],
  [
    'the switch for emergencies, by an override',
    (cfn) => cfn.addPropertyOverride(`Environment.Variables.${names.disabled}`, 'true'),
    variable(names.disabled),
  ],

  // Layers
  ['an override of the layers', (cfn) => cfn.addPropertyOverride('Layers', ['arn:aws:lambda:eu-west-1:111111111111:layer:other:1']), noLayer],
  [
    'an override of the layers with ours in it, by its logical id',
    (cfn, _, stack) => cfn.addPropertyOverride('Layers', ['arn:aws:lambda:eu-west-1:111111111111:layer:other:1', ...stack.resolve(cfn.layers)]),
    'unchanged',
  ],
  ['a deletion of the layers', (cfn) => cfn.addPropertyDeletionOverride('Layers'), noLayer],
  ['the setter of the layers', (cfn) => (cfn.layers = []), noLayer],
  ['layers by an aspect', (_, __, stack) => Aspects.of(stack).add(onResource((cfn) => (cfn.layers = undefined))), noLayer],
  [
    'layers by an aspect later than ours',
    (_, __, stack) =>
      Aspects.of(stack).add(
        onResource((cfn) => (cfn.layers = [])),
        late,
      ),
    noLayer,
  ],

  // Its kind
  [
    'an override of the runtime',
    (cfn) => cfn.addPropertyOverride('Runtime', 'provided.al2023'),
    refused('runtime provided.al2023 starts no wrapper'),
  ],
  ['the setter of the runtime', (cfn) => (cfn.runtime = 'java21'), refused('runtime java21 is not yet supported')],
  [
    'a runtime by an early aspect',
    (_, __, stack) =>
      Aspects.of(stack).add(
        onResource((cfn) => (cfn.runtime = 'nodejs18.x')),
        early,
      ),
    refused('runtime nodejs18'),
  ],
  ['a newer runtime', (cfn) => cfn.addPropertyOverride('Runtime', 'nodejs24.x'), 'unchanged'],
  [
    'a runtime that only the deployment knows',
    (cfn) => (cfn.runtime = Fn.importValue('runtime')),
    refused('its runtime was changed to {"Fn::ImportValue"'),
  ],
  ['the setter of the package type', (cfn) => (cfn.packageType = 'Image'), refused('container images take no layers')],
  ['an override of the package type', (cfn) => cfn.addPropertyOverride('PackageType', 'Image'), refused('container images take no layers')],
  ['the setter of the handler', (cfn) => (cfn.handler = 'run.sh'), refused("handler 'run.sh' is not <module>.<function>")],
  ['an override of the handler', (cfn) => cfn.addPropertyOverride('Handler', 'server'), refused("handler 'server' is not <module>.<function>")],
  ['a deletion of the handler', (cfn) => cfn.addPropertyDeletionOverride('Handler'), refused('it has no handler')],
  ['another handler that is a function', (cfn) => (cfn.handler = '/opt/nodejs/node_modules/datadog-lambda-js/handler.handler'), 'unchanged'],
  ['a durable function', (cfn) => cfn.addPropertyOverride('DurableConfig', { ExecutionTimeout: 60 }), refused('a durable function')],
  ['Managed Instances', (cfn) => cfn.addPropertyOverride('CapacityProviderConfig', { Arn: 'x' }), refused('Managed Instances')],

  // Tags
  ['a tag removed from the app', (_, __, stack) => Tags.of(stack.node.root).remove(tag.store), noTag('was removed')],
  ['a tag changed in the app', (_, __, stack) => Tags.of(stack.node.root).add(tag.store, 'mine'), noTag("was changed to 'mine'")],
  ['the tag of its key removed', (_, __, stack) => Tags.of(stack).remove(tag.functionKey), noTag('was removed', tag.functionKey)],
  ['another tag of the app', (_, __, stack) => Tags.of(stack.node.root).add('team', 'mine'), 'unchanged'],
  ['a tag removed from the resource', (cfn) => cfn.tags.removeTag(tag.store, 1000), noTag('was removed')],
  ['an override of the tags', (cfn) => cfn.addPropertyOverride('Tags', [{ Key: 'team', Value: 'mine' }]), noTag('was removed')],
  ['a deletion of the tags', (cfn) => cfn.addPropertyDeletionOverride('Tags'), noTag('was removed')],

  // The resource and what it needs
  ['the resource removed', (_, fn) => fn.node.tryRemoveChild('Resource'), lost],
  [
    'the resource removed by an aspect later than ours',
    (_, fn, stack) =>
      Aspects.of(stack).add(
        onFunction(() => fn.node.tryRemoveChild('Resource')),
        late,
      ),
    lost,
  ],
  [
    'the resource replaced',
    (_, fn) => [
      fn.node.tryRemoveChild('Resource'),
      new lambda.CfnFunction(fn, 'Resource', { code: { zipFile: 'x' }, role: fn.role!.roleArn, runtime: 'nodejs22.x', handler: 'index.handler' }),
    ],
    lost,
  ],
  ["the role's policy removed", (_, fn) => fn.role!.node.tryRemoveChild('DefaultPolicy'), noPermission],
  [
    "an override of the policy's statements",
    (_, fn) => (fn.role!.node.findChild('DefaultPolicy').node.defaultChild as iam.CfnPolicy).addPropertyOverride('PolicyDocument.Statement', []),
    noPermission,
  ],
];

const BEFORE_GUARD: readonly (readonly [string, Hatch, Outcome])[] = [
  ['an override of the wrapper', (cfn) => cfn.addPropertyOverride(WRAPPER, '/opt/other'), { chained: '/opt/other' }],
  [
    'an override of all variables',
    (cfn) => cfn.addOverride('Properties.Environment', { Variables: { [names.wrapper]: '/opt/other' } }),
    { chained: '/opt/other' },
  ],
  [
    'an override of the wrapper that was set',
    (cfn, fn) => [fn.addEnvironment(names.wrapper, '/opt/first'), cfn.addPropertyOverride(WRAPPER, '/opt/other')],
    { chained: '/opt/other' },
  ],
  [
    'a deletion of a wrapper that was set',
    (cfn, fn) => [fn.addEnvironment(names.wrapper, '/opt/x'), cfn.addPropertyDeletionOverride(WRAPPER)],
    { chained: '/opt/x' },
  ],
  [
    'an override of the wrapper by a reference',
    (cfn) => cfn.addPropertyOverride(WRAPPER, Fn.importValue('wrapper')),
    { chained: { 'Fn::ImportValue': 'wrapper' } },
  ],
  ["an override of the wrapper with the gate's own", (cfn) => cfn.addPropertyOverride(WRAPPER, layer.wrapper), 'unchanged'],
  ['the setter of the environment', (cfn) => (cfn.environment = { variables: { MINE: 'x' } }), replaced],
  ['an override of a variable of ours', (cfn) => cfn.addPropertyOverride(`Environment.Variables.${names.table}`, 'mine'), changed(names.table)],
  ['an override of the layers', (cfn) => cfn.addPropertyOverride('Layers', []), noLayer],
  ['a tag removed from the resource', (cfn) => cfn.tags.removeTag(tag.store, 1000), noTag('was removed')],
];

function hatched(hatch: Hatch, when: 'before' | 'after'): { stack: Stack; fn: lambda.Function } {
  const stack = newStack();
  const fn = new lambda.Function(stack, 'Fn', BASIC);
  const open = () => hatch(fn.node.defaultChild as lambda.CfnFunction, fn, stack);
  if (when === 'before') {
    open();
  }
  MaintenanceWindowFunction.guard(fn);
  if (when === 'after') {
    open();
  }
  return { stack, fn };
}

function guarding({ stack, fn }: { stack: Stack; fn: lambda.Function }): object {
  const { Environment, Layers, Tags: tags } = resources(stack)[stack.getLogicalId(fn.node.defaultChild as CfnResource)].Properties;
  const { MINE: _, ...variables } = Environment.Variables;
  return { variables, layers: Layers.slice(-1), tags: tags.filter(({ Key }: { readonly Key: string }) => Key === tag.store) };
}

const UNTOUCHED = guarding(hatched(() => undefined, 'after')) as { readonly variables: object };

function expectOutcome(made: { stack: Stack; fn: lambda.Function }, outcome: Outcome): void {
  if (outcome === 'unchanged') {
    expect(guarding(made)).toEqual(UNTOUCHED);
  } else if ('chained' in outcome) {
    expect(guarding(made)).toEqual({ ...UNTOUCHED, variables: { ...UNTOUCHED.variables, [names.nextWrapper]: outcome.chained } });
  } else {
    const message = synthError(made.stack);
    expect(message).toContain(outcome.error);
    expect(message).toContain(`${outcome.id}]`);
    expect(message).toContain('Orders/Fn');
  }
}

test.each(AFTER_GUARD)('after guard(): %s', (_, hatch, outcome) => {
  expectOutcome(hatched(hatch, 'after'), outcome);
});

test.each(BEFORE_GUARD)('before guard(): %s', (_, hatch, outcome) => {
  expectOutcome(hatched(hatch, 'before'), outcome);
});

test('a function that is removed as a whole needs no guard', () => {
  const { stack } = hatched((_, fn) => fn.stack.node.tryRemoveChild('Fn'), 'after');
  expect(Object.keys(resources(stack))).not.toContainEqual(expect.stringMatching(/^Fn/));
});
