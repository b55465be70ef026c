import { CfnResource, Stack } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';

import { AppElements } from '../../private/app-elements';
import { mayBeIn } from '../../private/place';
import { referenceText, SEGMENT } from '../../private/reference-text';
import { ResourceType } from '../../private/resource-type';
import { templateProperty } from '../../private/template-properties';

/** A queue or a stream, as far as synth can tell it. */
export interface Origin {
  /** The source's name in the contract. */
  readonly source: string;
  /** What is made in this app. */
  readonly resource?: CfnResource;
  /** Its ARN where no reference is needed for it, but to pseudo parameters: `<AWS::Region>`. */
  readonly literalArn?: string;
}

/** A kind of queue or stream: what its ARN and its template say. */
interface Kind {
  readonly type: string;
  readonly source: string;
  /** In an ARN. */
  readonly service: string;
  /** The name in an ARN, after the account. */
  readonly named: RegExp;
  /** The property that gives the name. */
  readonly name: string;
}

const SLASHED = '((?:<[^<>]*>|[^/<>])+)';
const TABLE = { source: 'dynamodb-stream', service: 'dynamodb', named: new RegExp(`^table/${SLASHED}/`), name: 'TableName' };
const CLUSTER = { source: 'kafka', service: 'kafka', named: new RegExp(`^cluster/${SLASHED}/`), name: 'ClusterName' };
const QUEUE_TYPE = sqs.CfnQueue.CFN_RESOURCE_TYPE_NAME;

const KINDS: readonly Kind[] = [
  { type: QUEUE_TYPE, source: 'sqs', service: 'sqs', named: new RegExp(`^(${SEGMENT})$`), name: 'QueueName' },
  { type: 'AWS::Kinesis::Stream', source: 'kinesis', service: 'kinesis', named: new RegExp(`^stream/${SLASHED}(?:/|$)`), name: 'Name' },
  { type: 'AWS::DynamoDB::Table', ...TABLE },
  { type: 'AWS::DynamoDB::GlobalTable', ...TABLE },
  { type: 'AWS::MSK::Cluster', ...CLUSTER },
  { type: 'AWS::MSK::ServerlessCluster', ...CLUSTER },
  { type: 'AWS::AmazonMQ::Broker', source: 'mq', service: 'mq', named: new RegExp(`^broker:(${SEGMENT}):`), name: 'BrokerName' },
  {
    type: 'AWS::DocDB::DBCluster',
    source: 'documentdb-stream',
    service: 'rds',
    named: new RegExp(`^cluster:(${SEGMENT})$`),
    name: 'DBClusterIdentifier',
  },
];

/** What reads a Kinesis stream with a throughput of its own. */
const CONSUMER_TYPE = 'AWS::Kinesis::StreamConsumer';

const ARN = new RegExp(`^arn:${SEGMENT}:([a-z0-9-]+):(${SEGMENT})?:(${SEGMENT})?:(.+)$`);
const REFERENCE = /^<(.+)\.[\w]+>$/;
const PSEUDO_PARAMETER = /<AWS::\w+>/g;

/**
 * The queue or stream that an ARN names.
 *
 * @param arn of a property of the resource
 * @returns undefined when only the deployment will know what it is
 */
export function originOf(arn: unknown, reader: CfnResource, app: AppElements): Origin | undefined {
  const text = referenceText(arn, reader, app);
  if (text === undefined) {
    return undefined;
  }
  const [, path] = REFERENCE.exec(text) ?? [];
  return path === undefined ? byArn(text, reader, app) : byPath(path, app);
}

function byPath(path: string, app: AppElements): Origin | undefined {
  const consumer = ofType(CONSUMER_TYPE, app).find(({ node }) => node.path === path);
  if (consumer) {
    return originOf(templateProperty(consumer, 'StreamARN'), consumer, app) ?? { source: 'kinesis' };
  }
  for (const kind of KINDS) {
    const resource = ofType(kind.type, app).find(({ node }) => node.path === path);
    if (resource) {
      return made(resource, kind, app);
    }
  }
  return undefined;
}

function byArn(arn: string, reader: CfnResource, app: AppElements): Origin | undefined {
  const [, service, region, account, rest = ''] = ARN.exec(arn) ?? [];
  const literalArn = arn.replace(PSEUDO_PARAMETER, '').includes('<') ? undefined : arn;
  for (const kind of KINDS.filter((one) => one.service === service)) {
    const [, name] = kind.named.exec(rest) ?? [];
    const own = Stack.of(reader);
    const place = { region: region ?? own.region, account: account ?? own.account };
    const resource = ofType(kind.type, app).find((one) => name !== undefined && isNamed(name, one, kind, app) && mayBeIn(Stack.of(one), place));
    if (resource) {
      return { literalArn, ...made(resource, kind, app) };
    }
  }
  const kind = KINDS.find((one) => one.service === service);
  return kind && { source: kind.type === QUEUE_TYPE && arn.endsWith('.fifo') ? 'sqs-fifo' : kind.source, literalArn };
}

/** By the name that it is given, or by a reference that stands for the name. */
function isNamed(name: string, resource: CfnResource, kind: Kind, app: AppElements): boolean {
  const [, path] = REFERENCE.exec(name) ?? [];
  return path === resource.node.path || referenceText(templateProperty(resource, kind.name), resource, app) === name;
}

function made(resource: CfnResource, { type, source, name }: Kind, app: AppElements): Origin {
  if (type !== QUEUE_TYPE) {
    return { source, resource };
  }
  const isFifo = String(templateProperty(resource, 'FifoQueue')) === 'true';
  const given = referenceText(templateProperty(resource, name), resource, app);
  const { region, account } = Stack.of(resource);
  const [regionText, accountText] = [region, account].map((value) => referenceText(value, resource, app));
  const isLiteral = given !== undefined && !given.includes('<');
  const literalArn = isLiteral ? `arn:<AWS::Partition>:sqs:${regionText}:${accountText}:${given}` : undefined;
  return { source: isFifo ? 'sqs-fifo' : 'sqs', resource, literalArn };
}

function ofType(type: string, app: AppElements): CfnResource[] {
  return app.ofType({ CFN_RESOURCE_TYPE_NAME: type, prototype: CfnResource.prototype } satisfies ResourceType<CfnResource>);
}
