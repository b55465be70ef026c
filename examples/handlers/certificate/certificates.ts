/** What the handler asks of Certificate Manager and Route 53. */
import {
  ACMClient,
  type CertificateDetail,
  ConflictException,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListTagsForCertificateCommand,
  paginateListCertificates,
  RequestCertificateCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-acm';
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';

/** Names the resource that a certificate was requested for. */
const LABEL = 'RequestedFor';

const acm = new ACMClient({});
const route53 = new Route53Client({});

export async function request(names: readonly string[], token: string, label: string): Promise<string> {
  const { CertificateArn } = await acm.send(
    new RequestCertificateCommand({
      DomainName: names[0],
      SubjectAlternativeNames: [...names],
      ValidationMethod: 'DNS',
      IdempotencyToken: token,
      Tags: [{ Key: LABEL, Value: label }],
    }),
  );
  return CertificateArn!;
}

/** Undefined when it is gone. */
export async function find(arn: string): Promise<CertificateDetail | undefined> {
  return unlessGone(async () => (await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }))).Certificate);
}

/** Those that carry the label. */
export async function labelled(label: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { CertificateSummaryList = [] } of paginateListCertificates({ client: acm }, {})) {
    for (const { CertificateArn } of CertificateSummaryList) {
      const tags = await unlessGone(async () => (await acm.send(new ListTagsForCertificateCommand({ CertificateArn }))).Tags);
      if (tags?.some(({ Key, Value }) => Key === LABEL && Value === label)) {
        found.push(CertificateArn!);
      }
    }
  }
  return found;
}

/** Whether it is gone; false while something uses it. */
export async function remove(arn: string): Promise<boolean> {
  try {
    await unlessGone(() => acm.send(new DeleteCertificateCommand({ CertificateArn: arn })));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException || error instanceof ConflictException) {
      return false;
    }
    throw error;
  }
}

/** Whether the records were written; false while ACM has not yet named them all. */
export async function prove({ DomainValidationOptions = [] }: CertificateDetail, zoneId: string): Promise<boolean> {
  if (DomainValidationOptions.length === 0 || DomainValidationOptions.some(({ ResourceRecord }) => !ResourceRecord)) {
    return false;
  }
  // A name and its wildcard are proved by the same record, which a batch may hold once
  const records = new Map(DomainValidationOptions.map(({ ResourceRecord }) => [ResourceRecord!.Name!, ResourceRecord!]));
  const Changes = [...records.values()].map(({ Name, Type, Value }) => ({
    Action: 'UPSERT' as const,
    ResourceRecordSet: { Name, Type, TTL: 300, ResourceRecords: [{ Value }] },
  }));
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }));
  return true;
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}
