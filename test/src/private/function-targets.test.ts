import { App, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import { FunctionTargets } from '../../../src/private/function-targets';

function functionIn(scope: Construct, functionName?: string): lambda.Function {
  return new lambda.Function(scope, 'Fn', {
    functionName,
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = () => {}'),
  });
}

function permission(scope: Construct, id: string, functionName: string) {
  new lambda.CfnPermission(scope, id, { action: 'lambda:InvokeFunction', principal: 's3.amazonaws.com', functionName });
}

function found(fn: lambda.Function): string[] {
  return new FunctionTargets(fn)
    .find(lambda.CfnPermission, ({ functionName }) => functionName)
    .map(({ node }) => node.path)
    .sort();
}

/** A stack and one nested in it, each with a function that has the same logical id in its own template. */
function twins() {
  const parent = new Stack(new App(), 'Parent');
  const nested = new NestedStack(parent, 'Nested');
  return { parent, nested, outer: functionIn(parent), inner: functionIn(nested) };
}

test("a nested stack's function of the same logical id is another one", () => {
  const { nested, outer, inner } = twins();
  permission(nested, 'ByName', inner.functionName);
  permission(nested, 'ByArn', inner.functionArn);
  permission(nested, 'ByAlias', inner.addAlias('live').functionName);
  outer.addAlias('live');
  expect(found(outer)).toEqual([]);
  expect(found(inner)).toEqual(['Parent/Nested/ByAlias', 'Parent/Nested/ByArn', 'Parent/Nested/ByName']);
});

test('a function is found from a nested stack, and by what is written by hand', () => {
  const { parent, nested, outer } = twins();
  const { logicalId } = outer.node.defaultChild as lambda.CfnFunction;
  permission(parent, 'Written', Fn.getAtt(parent.resolve(logicalId) as string, 'Arn').toString());
  permission(nested, 'FromNested', outer.functionArn);
  permission(nested, 'AliasFromNested', outer.addAlias('live').functionArn);
  expect(found(outer)).toEqual(['Parent/Nested/AliasFromNested', 'Parent/Nested/FromNested', 'Parent/Written']);
});

describe('from another stack', () => {
  const apart = (env: [object?, object?] = []) => {
    const app = new App();
    const fn = functionIn(new Stack(app, 'Function', env[0]), 'orders');
    return { app, fn, other: new Stack(app, 'Other', env[1]) };
  };

  test('a function is found by its construct, its alias, its written name and its ARN', () => {
    const { fn, other } = apart();
    permission(other, 'Construct', fn.functionName);
    permission(other, 'Alias', fn.addAlias('live').functionArn);
    permission(other, 'Name', 'orders');
    permission(other, 'NameAndAlias', 'orders:live');
    permission(other, 'Arn', 'arn:aws:lambda:eu-west-1:111122223333:function:orders');
    permission(other, 'PartialArn', '111122223333:function:orders:live');
    permission(other, 'Imported', lambda.Function.fromFunctionName(other, 'ByName', 'orders').functionArn);
    permission(other, 'ImportedByArn', lambda.Function.fromFunctionArn(other, 'ByArn', fn.functionArn).functionName);
    expect(found(fn)).toEqual([
      'Other/Alias',
      'Other/Arn',
      'Other/Construct',
      'Other/Imported',
      'Other/ImportedByArn',
      'Other/Name',
      'Other/NameAndAlias',
      'Other/PartialArn',
    ]);
  });

  test('other names are not', () => {
    const { app, fn, other } = apart();
    permission(other, 'Longer', 'orders2');
    permission(other, 'LongerArn', 'arn:aws:lambda:eu-west-1:111122223333:function:my-orders');
    permission(other, 'OtherFunction', functionIn(new Stack(app, 'Third')).functionName);
    permission(other, 'AliasOfTheSameName', 'function:other:orders');
    expect(found(fn)).toEqual([]);
  });

  test('the same name in another account or Region is another function', () => {
    const env = (account: string, region: string) => ({ env: { account, region } });
    const here = env('111122223333', 'eu-west-1');
    for (const there of [env('111122223333', 'us-east-1'), env('444455556666', 'eu-west-1')]) {
      const { fn, other } = apart([here, there]);
      permission(other, 'Name', 'orders');
      permission(other, 'Imported', lambda.Function.fromFunctionName(other, 'ByName', 'orders').functionArn);
      permission(other, 'Here', 'arn:aws:lambda:eu-west-1:111122223333:function:orders');
      expect(found(fn)).toEqual(['Other/Here']);
    }
  });
});
