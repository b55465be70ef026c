import { App, ArnFormat, Aws, CfnParameter, Fn, Lazy, NestedStack, Stack } from 'aws-cdk-lib';
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
    .find(lambda.CfnPermission, 'FunctionName')
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
  const written = Fn.getAtt(parent.resolve(logicalId) as string, 'Arn').toString();
  permission(parent, 'Written', written);
  permission(nested, 'OfTheSameName', written);
  permission(nested, 'FromNested', outer.functionArn);
  permission(nested, 'AliasFromNested', outer.addAlias('live').functionArn);
  expect(found(outer)).toEqual(['Parent/Nested/AliasFromNested', 'Parent/Nested/FromNested', 'Parent/Written']);
});

test('a function is found from other stacks, by reference, by the name it is given and by an ARN with it', () => {
  const app = new App();
  const [own, other] = [new Stack(app, 'Own'), new Stack(app, 'Other')];
  const fn = new lambda.Function(own, 'Fn', {
    functionName: 'orders',
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = () => {}'),
  });
  permission(other, 'ByReference', fn.functionArn);
  permission(other, 'ByAlias', fn.addAlias('live').functionArn);
  permission(other, 'ByName', 'orders');
  permission(other, 'ByNameAndAlias', 'orders:live');
  permission(other, 'ByPartialArn', 'function:orders');
  permission(other, 'ByArn', 'arn:aws:lambda:eu-west-1:111122223333:function:orders');
  permission(other, 'ByImport', lambda.Function.fromFunctionName(other, 'Import', 'orders').functionArn);
  permission(other, 'ByImportOfArn', lambda.Function.fromFunctionArn(other, 'ImportOfArn', fn.functionArn).functionName);
  for (const [index, name] of ['orders2', 'my-orders', 'arn:aws:lambda:eu-west-1:111122223333:function:orders2'].entries()) {
    permission(other, `Another${index}`, name);
  }
  expect(found(fn)).toEqual(
    ['ByAlias', 'ByArn', 'ByImport', 'ByImportOfArn', 'ByName', 'ByNameAndAlias', 'ByPartialArn', 'ByReference'].map((id) => `Other/${id}`),
  );
});

test('a function of the same name in another Region or account is another one', () => {
  const app = new App();
  const env = (region: string, account = '111122223333') => ({ env: { account, region } });
  const own = new Stack(app, 'Own', env('us-east-1'));
  const fn = new lambda.Function(own, 'Fn', {
    functionName: 'orders',
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = () => {}'),
  });
  permission(new Stack(app, 'Region', env('eu-west-1')), 'ByName', 'orders');
  permission(new Stack(app, 'Account', env('us-east-1', '444455556666')), 'ByName', 'orders');
  permission(own, 'ByArn', 'arn:aws:lambda:eu-west-1:111122223333:function:orders');
  permission(own, 'Same', 'arn:aws:lambda:us-east-1:111122223333:function:orders');
  expect(found(fn)).toEqual(['Own/Same']);
});

test('a function is found by an ARN that is put together of its name', () => {
  const { parent, nested, outer, inner } = twins();
  for (const [id, fn] of Object.entries({ Outer: outer, Inner: inner })) {
    permission(
      nested,
      id,
      parent.formatArn({ service: 'lambda', resource: 'function', resourceName: fn.functionName, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
    );
  }
  expect(found(outer)).toEqual(['Parent/Nested/Outer']);
  expect(found(inner)).toEqual(['Parent/Nested/Inner']);
});

test('the name counts that the template gives the function, whole or of several parts', () => {
  const stack = new Stack(new App(), 'Orders');
  const fn = functionIn(stack);
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  permission(stack, 'Whole', 'orders');
  permission(stack, 'Parts', `orders-${Aws.REGION}`);
  expect(found(fn)).toEqual([]);
  resource.addPropertyOverride('FunctionName', 'orders');
  expect(found(fn)).toEqual(['Orders/Whole']);
  resource.addPropertyOverride('FunctionName', { 'Fn::Sub': 'orders-${AWS::Region}' });
  expect(found(fn)).toEqual(['Orders/Parts']);
});

test('an alias without a construct of its own is one of its function', () => {
  const stack = new Stack(new App(), 'Orders');
  const fn = functionIn(stack);
  const other = new lambda.Function(stack, 'Other', { runtime: lambda.Runtime.NODEJS_22_X, handler: 'i.h', code: lambda.Code.fromInline('x') });
  const alias = (id: string, functionName: string) => new lambda.CfnAlias(stack, id, { functionName, functionVersion: '$LATEST', name: 'live' }).ref;
  permission(stack, 'OfFunction', alias('Live', fn.functionName));
  permission(stack, 'OfOther', alias('OtherLive', other.functionName));
  expect(found(fn)).toEqual(['Orders/OfFunction']);
});

test('what depends on a version is read without its logical id, which would be asking for all that the function is', () => {
  const stack = new Stack(new App(), 'Orders');
  const fn = functionIn(stack);
  let asked = 0;
  fn.addEnvironment('COUNTED', Lazy.string({ produce: () => String(++asked) }));
  permission(stack, 'Dependent', fn.functionName);
  stack.node.findChild('Dependent').node.addDependency(fn.currentVersion);
  expect(found(fn)).toEqual(['Orders/Dependent']);
  expect(asked).toBe(0);
});

test('an import of an export that is none of the app, and a parameter of a stack that is not nested, are nobody', () => {
  const stack = new Stack(new App(), 'Orders');
  const fn = functionIn(stack);
  permission(stack, 'Import', Fn.importValue('orders'));
  permission(stack, 'Parameter', new CfnParameter(stack, 'Name', { default: 'orders' }).valueAsString);
  expect(found(fn)).toEqual([]);
});
