import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { paginateScan } from '@aws-sdk/client-dynamodb';

import type { ResourceStacks } from './resource-stack';

/** Something that was written, sent or shown on the bed. */
export interface Trace {
  readonly where: string;
  readonly text: string;
}

/**
 * Everything that a stack with custom resources leaves behind on a bed that keeps payloads: events and results of all functions, hops and records
 * of failures among them, bodies of API requests, answers among them, log lines, stack events, the stack, its template and what handlers noted.
 *
 * @param own how many of the test's own requests to Secrets Manager are left out: those that put the secret there
 */
export async function traces(stacks: ResourceStacks, stack: string): Promise<Trace[]> {
  const { bed, cloudFormation, dynamodb } = stacks;
  const found: Trace[] = [];
  const add = (where: string, value: unknown) => found.push({ where, text: Buffer.isBuffer(value) ? value.toString() : JSON.stringify(value) });

  for (const { functionName, door, payload, result } of bed.invocations()) {
    add(`event of ${functionName} (${door})`, payload ?? '');
    add(`result of ${functionName}`, result ?? '');
  }
  for (const { functionName, action, service, path, body } of bed.requests()) {
    // The tests put the secret there
    if (functionName !== null || service !== 'secretsmanager') {
      add(`request ${action ?? path} of ${functionName ?? 'nobody'}`, body);
    }
  }
  const logs = new CloudWatchLogsClient(bed.clientConfig);
  for (const { logGroupName } of (await logs.send(new DescribeLogGroupsCommand({}))).logGroups!) {
    for await (const { events } of paginateFilterLogEvents({ client: logs }, { logGroupName })) {
      events!.forEach(({ message }) => add(`log ${logGroupName}`, message));
    }
  }
  add('stack events', await stacks.events(stack));
  add('stack', await stacks.stack(stack));
  add('template', (await cloudFormation.send(new GetTemplateCommand({ StackName: stack }))).TemplateBody);
  for await (const { Items } of paginateScan({ client: dynamodb }, { TableName: stacks.outputs[stack].Calls })) {
    add('calls', Items);
  }
  return found;
}

/** Where a text is seen, plain, in JSON within JSON, in a URL or in Base64. */
export function seen(traces: readonly Trace[], text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const forms = [text, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(text), Buffer.from(text).toString('base64').replace(/=+$/, '')];
  return [...new Set(traces.filter((trace) => forms.some((form) => trace.text.includes(form))).map(({ where }) => where))];
}
