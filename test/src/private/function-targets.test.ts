import { App, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

import { FunctionTargets } from '../../../src/private/function-targets';

function functionIn(scope: Construct): lambda.Function {
  return new lambda.Function(scope, 'Fn', {
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
