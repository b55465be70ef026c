import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

import { STORE } from '../../private/contract.generated';
import { ValidationError } from '../../private/validation-error';

/** How the table of a store is kept. */
export interface StoreTableProps {
  readonly encryptionKey?: kms.IKey;
  readonly removalPolicy?: RemovalPolicy;
  readonly deletionProtection?: boolean;
}

/** The table of a store: on demand, recoverable, and kept once it has been made. */
export function storeTable(store: Construct, props: StoreTableProps): dynamodb.Table {
  const text = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });
  const table = new dynamodb.Table(store, 'Table', {
    partitionKey: text(STORE.table.partitionKey),
    timeToLiveAttribute: STORE.table.ttl,
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: props.encryptionKey ? dynamodb.TableEncryption.CUSTOMER_MANAGED : undefined,
    encryptionKey: props.encryptionKey,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    deletionProtection: props.deletionProtection,
  });
  table.addGlobalSecondaryIndex({
    indexName: STORE.index.name,
    partitionKey: text(STORE.index.partitionKey),
    sortKey: text(STORE.index.sortKey),
    projectionType: dynamodb.ProjectionType.INCLUDE,
    nonKeyAttributes: [...STORE.index.projected],
  });
  return table;
}

/**
 * A table that another store has left behind. What its template says is checked at the end of synth, when its indexes are there.
 *
 * @throws ValidationError for a property that is the table's own
 */
export function keptTable(store: Construct, table: dynamodb.ITable, props: StoreTableProps): dynamodb.ITable {
  for (const name of ['encryptionKey', 'removalPolicy', 'deletionProtection'] as const) {
    if (props[name] !== undefined) {
      throw new ValidationError(store, `${name} is given together with table, whose own it is: set it on the table '${table.node.path}'`);
    }
  }
  store.node.addValidation({ validate: () => problemsOf(table) });
  return table;
}

interface KeySchema {
  readonly attributeName: unknown;
  readonly keyType: unknown;
}

interface Index {
  readonly indexName: unknown;
  readonly keySchema: KeySchema[];
  readonly projection: { readonly projectionType?: unknown; readonly nonKeyAttributes?: readonly unknown[] };
}

/** In what a table of this app differs from a store's; of an imported one nothing is known. */
function problemsOf(table: dynamodb.ITable): string[] {
  const resource = table.node.defaultChild;
  if (!CfnResource.isCfnResource(resource)) {
    return [];
  }
  const { keySchema, globalSecondaryIndexes, timeToLiveSpecification } = resource as dynamodb.CfnTable;
  const known = Stack.of(table).resolve({ keySchema, globalSecondaryIndexes, timeToLiveSpecification }) as {
    keySchema: KeySchema[];
    globalSecondaryIndexes?: Index[];
    timeToLiveSpecification?: { attributeName?: unknown };
  };
  const index = known.globalSecondaryIndexes?.find(({ indexName }) => indexName === STORE.index.name);
  const problems = [
    !sameKeys(known.keySchema, STORE.table.partitionKey) && `the partition key '${STORE.table.partitionKey}' (string) and no sort key`,
    known.timeToLiveSpecification?.attributeName !== STORE.table.ttl && `the time to live '${STORE.table.ttl}'`,
    !sameKeys(index?.keySchema ?? [], STORE.index.partitionKey, STORE.index.sortKey) &&
      `an index '${STORE.index.name}' with the keys '${STORE.index.partitionKey}' and '${STORE.index.sortKey}'`,
    index && !projects(index) && `in the projection of its index '${STORE.index.name}' ${STORE.index.projected.join(', ')}`,
  ];
  return problems.filter((problem) => typeof problem === 'string').map((problem) => `table '${table.node.path}' must have ${problem}`);
}

function sameKeys(keys: KeySchema[], ...names: string[]): boolean {
  return JSON.stringify(keys.map(({ attributeName }) => attributeName)) === JSON.stringify(names);
}

function projects({ projection: { projectionType, nonKeyAttributes } }: Index): boolean {
  return projectionType === dynamodb.ProjectionType.ALL || STORE.index.projected.every((name) => nonKeyAttributes?.includes(name));
}
