/** What the page says of HTTP requests is so: its constructs' settings, in the gate. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';

import { alwaysRuns } from '../../../lambda/maintenance-window/gate/nodejs/held/always-run';
import { rejected } from '../../../lambda/maintenance-window/gate/nodejs/held/answers';
import { sourceNamed } from '../../../lambda/maintenance-window/gate/nodejs/held/sources';
import { readSettings } from '../../../lambda/maintenance-window/gate/nodejs/quiet/settings';
import { WebStack } from './web';

const NOW = Date.parse('2027-01-10T05:00:00Z');
const END = Date.parse('2027-01-10T06:00:00Z');
const REASON = 'upgrade of <orders> & "stock"';

function settingsOf(fn: lambda.Function) {
  const { Environment: environment } = Object.values(Template.fromStack(fn.stack).findResources('AWS::Lambda::Function')).find(
    ({ Properties: { Environment } }) => JSON.stringify(Environment ?? {}).includes(`Orders/${fn.node.id}`),
  )!.Properties as { Environment: { Variables: Record<string, unknown> } };
  return readSettings(
    Object.fromEntries(Object.entries(environment.Variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'x'])),
  );
}

function replyOf(fn: lambda.Function, source: string) {
  return JSON.parse(rejected(sourceNamed(source), {}, NOW, END, REASON, settingsOf(fn).rejection)) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
}

const stack = () => new WebStack(new App(), 'Orders');

test('a browser may read why a request was rejected', () => {
  const { statusCode, headers, body } = replyOf(stack().api(), 'api-gateway-http');
  expect([statusCode, JSON.parse(body)]).toEqual([503, { error: 'maintenance', reason: REASON, until: '2027-01-10T06:00:00.000Z' }]);
  expect(headers).toEqual({
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Retry-After': '3600',
    'Access-Control-Allow-Origin': 'https://shop.example',
    'Access-Control-Expose-Headers': 'Retry-After',
  });
});

test('preflights and reads run, orders do not', () => {
  const { alwaysRun } = settingsOf(stack().api());
  const runs = (method: string, rawPath: string) =>
    alwaysRuns(alwaysRun, sourceNamed('function-url'), { rawPath, requestContext: { http: { method } } });
  expect([runs('OPTIONS', '/orders'), runs('GET', '/catalogue/1'), runs('POST', '/orders')]).toEqual([true, true, false]);
});

test("a visitor sees a page, and a load balancer's health check a healthy target", () => {
  const page = stack().page();
  const { headers, body } = replyOf(page, 'alb');
  expect(headers['Content-Type']).toBe('text/html; charset=utf-8');
  expect(body).toContain('<p>upgrade of &lt;orders&gt; &amp; &quot;stock&quot;</p>');
  expect(body).toContain('<time datetime="2027-01-10T06:00:00.000Z">');
  expect(alwaysRuns(settingsOf(page).alwaysRun, sourceNamed('alb'), { httpMethod: 'GET', path: '/health' })).toBe(true);
});
