/** RDS's answers in XML, with the members and codes of botocore's model of RDS, 2014-10-31. */
import type { Answer } from './aws-service';

export interface Database {
  readonly name: string;
  status: string;
  instanceClass: string;
  securityGroups: string[];
  /** Of a class that is on its way. */
  pendingClass?: string;
  readonly tags: Readonly<Record<string, string>>;
}

const NAMESPACE = 'xmlns="http://rds.amazonaws.com/doc/2014-10-31/"';

function result(action: string, xml: string): Answer {
  return { body: `<${action}Response ${NAMESPACE}><${action}Result>${xml}</${action}Result></${action}Response>` };
}

export function fault(code: string, message: string, status = 400): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, body: `<ErrorResponse ${NAMESPACE}>${error}<RequestId>1</RequestId></ErrorResponse>` };
}

function instance({ name, status, instanceClass, securityGroups, pendingClass, tags }: Database): string {
  const groups = securityGroups.map(
    (id) => `<VpcSecurityGroupMembership><VpcSecurityGroupId>${id}</VpcSecurityGroupId><Status>active</Status></VpcSecurityGroupMembership>`,
  );
  const pending = pendingClass ? `<DBInstanceClass>${pendingClass}</DBInstanceClass>` : '';
  const endpoint = `<Endpoint><Address>${name}.c1.us-east-1.rds.amazonaws.com</Address><Port>5432</Port></Endpoint>`;
  return [
    `<DBInstanceIdentifier>${name}</DBInstanceIdentifier>`,
    `<DBInstanceStatus>${status}</DBInstanceStatus>`,
    `<DBInstanceClass>${instanceClass}</DBInstanceClass>`,
    '<Engine>postgres</Engine>',
    status === 'creating' ? '' : endpoint,
    `<VpcSecurityGroups>${groups.join('')}</VpcSecurityGroups>`,
    `<PendingModifiedValues>${pending}</PendingModifiedValues>`,
    `<TagList>${Object.entries(tags)
      .map(([Key, Value]) => `<Tag><Key>${Key}</Key><Value>${Value}</Value></Tag>`)
      .join('')}</TagList>`,
  ].join('');
}

export const one = (action: string, database: Database) => result(action, `<DBInstance>${instance(database)}</DBInstance>`);
export const described = (database: Database) =>
  result('DescribeDBInstances', `<DBInstances><DBInstance>${instance(database)}</DBInstance></DBInstances>`);
export const events = (messages: readonly string[]) =>
  result('DescribeEvents', `<Events>${messages.map((message) => `<Event><Message>${message}</Message></Event>`).join('')}</Events>`);
