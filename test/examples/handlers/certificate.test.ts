/** Answers have the members of botocore's models of ACM, 2015-12-08, and of Route 53, 2013-04-01. */
import { type CloudFormationRequest, runOperation, type RunOptions, SimulatedClock } from 'cdk-patient-lambda/handler/testing';

import { handler } from '../../../examples/handlers/certificate/handler';
import { AwsService, json } from './aws-service';

interface Certificate {
  readonly names: string[];
  readonly token: string;
  readonly tags: object[];
  status: string;
  reason?: string;
  inUseBy: string[];
}

const PROPERTIES = { Names: ['shop.example', '*.shop.example'], HostedZoneId: 'Z0123456789EXAMPLE' };
const LOAD_BALANCER = 'arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188';
const CHANGED =
  '<?xml version="1.0"?><ChangeResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-11-30T12:00:00.000Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>';

let aws: AwsService;
let certificates: Map<string, Certificate>;
/** After how many looks a certificate with its records in place is issued. */
let looks: number;

const gone = (arn: string) => json({ __type: 'ResourceNotFoundException', message: `Could not find certificate ${arn}.` }, 400);
const arnOf = (n: number) => `arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-4000-8000-00000000000${n}`;
/** A name and its wildcard have one record. */
const record = (name: string) => ({ Name: `_a79865eb.${name.replace('*.', '')}.`, Type: 'CNAME', Value: '_424c7224.acm-validations.aws.' });

function detail(arn: string, { names, status, reason, inUseBy }: Certificate, hasRecords: boolean) {
  return {
    CertificateArn: arn,
    DomainName: names[0],
    SubjectAlternativeNames: names,
    DomainValidationOptions: names.map((DomainName) => ({
      DomainName,
      ValidationDomain: DomainName,
      ValidationStatus: status === 'ISSUED' ? 'SUCCESS' : 'PENDING_VALIDATION',
      ValidationMethod: 'DNS',
      ...(hasRecords && { ResourceRecord: record(DomainName) }),
    })),
    Status: status,
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'RSA-2048',
    CreatedAt: 1764500000.123,
    InUseBy: inUseBy,
    ...(reason && { FailureReason: reason }),
  };
}

beforeAll(async () => {
  aws = await AwsService.open();
});
afterAll(() => aws.close());
beforeEach(() => {
  certificates = new Map();
  looks = 4;
  let looked = 0;
  let proved = false;
  const known = (act: (certificate: Certificate, arn: string) => object) => (input: any) => {
    const certificate = certificates.get(input.CertificateArn);
    return certificate ? json(act(certificate, input.CertificateArn)) : gone(input.CertificateArn);
  };
  aws.requests = [];
  aws.actions = {
    RequestCertificate: ({ SubjectAlternativeNames: names, IdempotencyToken: token, Tags: tags }) => {
      const same = [...certificates].find(([, certificate]) => certificate.token === token);
      const arn = same?.[0] ?? arnOf(certificates.size + 1);
      certificates.set(arn, same?.[1] ?? { names, token, tags, status: 'PENDING_VALIDATION', inUseBy: [] });
      return json({ CertificateArn: arn });
    },
    DescribeCertificate: known((certificate, arn) => {
      looked += 1;
      if (certificate.status === 'PENDING_VALIDATION' && proved && looked >= looks) {
        certificate.status = 'ISSUED';
      }
      return { Certificate: detail(arn, certificate, looked > 1) };
    }),
    ListCertificates: ({ NextToken }) => {
      const all = [...certificates].map(([CertificateArn, { names }]) => ({ CertificateArn, DomainName: names[0] }));
      return json(NextToken ? { CertificateSummaryList: all.slice(1) } : { CertificateSummaryList: all.slice(0, 1), NextToken: 'page-2' });
    },
    ListTagsForCertificate: known(({ tags }) => ({ Tags: tags })),
    DeleteCertificate: ({ CertificateArn: arn }) => {
      const certificate = certificates.get(arn);
      if (!certificate) {
        return gone(arn);
      }
      if (certificate.inUseBy.length > 0) {
        return json({ __type: 'ResourceInUseException', message: `Certificate ${arn} is in use.` }, 400);
      }
      certificates.delete(arn);
      return json({});
    },
    rrset: () => {
      proved = true;
      return { body: CHANGED };
    },
  };
});

const run = (request: Partial<CloudFormationRequest> & Pick<CloudFormationRequest, 'RequestType'>, options: RunOptions = {}) =>
  runOperation(
    handler,
    { LogicalResourceId: 'Certificate', ResourceProperties: PROPERTIES, ...request },
    // Patience for a busy machine: requests go through the loopback interface
    { clock: new SimulatedClock(Date.now(), 30_000), ...options },
  );
const create = (options?: RunOptions) => run({ RequestType: 'Create' }, options);
const update = (arn: string, more: object, options?: RunOptions) =>
  run({ RequestType: 'Update', RequestId: 'update', PhysicalResourceId: arn, ResourceProperties: { ...PROPERTIES, ...more } }, options);
const remove = (id: string, options?: RunOptions) => run({ RequestType: 'Delete', PhysicalResourceId: id }, options);
const turnsBack = (status: string) => {
  let reads = 0;
  return () => (++reads > 5 ? `${status.startsWith('UPDATE') ? 'UPDATE_' : ''}ROLLBACK_IN_PROGRESS` : status);
};

test('a certificate is there when it is issued, though that takes longer than an execution, with each record written once', async () => {
  looks = 120;
  const { answer, executions, payloads } = await create();
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(1), data: { Arn: arnOf(1) } });
  expect(executions).toBe(3); // one ended by naming the ARN
  expect(payloads[0]).toContain(`"physicalResourceId":"${arnOf(1)}"`);

  const [request] = aws.inputs('RequestCertificate');
  expect(request).toMatchObject({ DomainName: 'shop.example', SubjectAlternativeNames: PROPERTIES.Names, ValidationMethod: 'DNS' });
  expect(request.IdempotencyToken).toMatch(/^[0-9a-f]{32}$/);
  const written = aws.inputs('rrset');
  expect(written.map(({ path }) => path)).toEqual(['/2013-04-01/hostedzone/Z0123456789EXAMPLE/rrset']);
  expect(written[0].xml.match(/<Name>[^<]*<\/Name>/g)).toEqual(['<Name>_a79865eb.shop.example.</Name>']);
  expect(written[0].xml).toContain('<Action>UPSERT</Action>');
});

test('a request that comes twice is one certificate', async () => {
  await create();
  expect((await create()).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(1) });
  expect(certificates.size).toBe(1);
});

test.each([
  ['FAILED', 'CAA_ERROR', 'is FAILED: CAA_ERROR'],
  ['VALIDATION_TIMED_OUT', undefined, 'is VALIDATION_TIMED_OUT'],
])('one that is %s fails with its reason, and its Delete removes it', async (status, reason, text) => {
  aws.actions.rrset = () => {
    Object.assign(certificates.get(arnOf(1))!, { status, reason });
    return { body: CHANGED };
  };
  const { answer } = await create();
  expect(answer).toMatchObject({ status: 'FAILED', physicalResourceId: arnOf(1) });
  expect(answer!.reason).toContain(`the certificate ${arnOf(1)} for shop.example, *.shop.example ${text}\nrequest id: `);
  await remove(arnOf(1));
  expect(certificates.size).toBe(0);
});

test('an update of the zone alone writes the records there, and keeps the certificate', async () => {
  await create();
  const { answer } = await update(arnOf(1), { HostedZoneId: 'Z2' });
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(1), data: { Arn: arnOf(1) } });
  expect(aws.inputs('rrset').map(({ path }) => path)).toEqual([expect.stringContaining('/Z0123456789EXAMPLE/'), expect.stringContaining('/Z2/')]);
});

test('other names are another certificate, whose rollback takes the first again', async () => {
  await create();
  const { answer } = await update(arnOf(1), { Names: ['other.example'] });
  expect(answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(2), data: { Arn: arnOf(2) } });

  expect((await update(arnOf(2), {})).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(1) });
  await remove(arnOf(2));
  expect([...certificates.keys()]).toEqual([arnOf(1)]);
});

test('a replacement that fails is removed by the update, and the rollback finds the first as it was', async () => {
  await create();
  aws.actions.rrset = () => {
    certificates.get(arnOf(2))!.status = 'FAILED';
    return { body: CHANGED };
  };
  expect((await update(arnOf(1), { Names: ['other.example'] })).answer).toMatchObject({ status: 'FAILED', physicalResourceId: arnOf(1) });
  expect([...certificates.keys()]).toEqual([arnOf(1)]);

  aws.actions.rrset = () => ({ body: CHANGED });
  expect((await update(arnOf(1), {})).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(1) });
});

test.each([
  ['out of time', { ServiceTimeout: '300' }, {}],
  ['cancelled', {}, { stackStatus: turnsBack('UPDATE_IN_PROGRESS') }],
])('a replacement that is %s is removed', async (_, properties, options) => {
  await create();
  looks = Infinity;
  const { answer } = await update(arnOf(1), { Names: ['other.example'], ...properties }, options);
  expect(answer?.status).toBe('stackStatus' in options ? undefined : 'FAILED');
  expect([...certificates.keys()]).toEqual([arnOf(1)]);
});

test('an operation that is cancelled leaves what it did not make', async () => {
  await create();
  await update(arnOf(1), { Names: ['other.example'] });
  certificates.get(arnOf(1))!.status = 'PENDING_VALIDATION';
  looks = Infinity;
  await update(arnOf(2), {}, { stackStatus: turnsBack('UPDATE_IN_PROGRESS') });
  expect([...certificates.keys()]).toEqual([arnOf(1), arnOf(2)]);
});

test('a delete waits until nothing uses the certificate, and the log says by whom; a second one succeeds', async () => {
  await create();
  const certificate = certificates.get(arnOf(1))!;
  certificate.inUseBy = [LOAD_BALANCER];
  const log: string[] = [];
  const refuse = aws.actions.DeleteCertificate;
  let tries = 0;
  aws.actions.DeleteCertificate = (input) => {
    certificate.inUseBy = ++tries < 20 ? [LOAD_BALANCER] : [];
    return refuse(input);
  };
  expect((await remove(arnOf(1), { log: (line) => log.push(line) })).answer).toMatchObject({ status: 'SUCCESS' });
  expect(tries).toBe(20);
  expect(log.filter((line) => line.includes('still in use') && line.includes(LOAD_BALANCER))).toHaveLength(19);
  expect((await remove(arnOf(1))).answer).toMatchObject({ status: 'SUCCESS' });
});

test.each(['default', 'stack-Certificate-1PQRS2TUV3WX'])('a Create that could not tell its ARN is found by its tag: %s', async (id) => {
  await create();
  const [{ Value: label }] = certificates.get(arnOf(1))!.tags as { Value: string }[];
  certificates.set(arnOf(2), { ...certificates.get(arnOf(1))!, tags: [{ Key: 'RequestedFor', Value: 'somebody else' }] });
  expect((await remove(id === 'default' ? label : id)).answer).toMatchObject({ status: 'SUCCESS' });
  expect([...certificates.keys()]).toEqual([arnOf(2)]);
});

test('properties that are wrong are named, and nothing is requested', async () => {
  const wrong = (properties: object) => run({ RequestType: 'Create', ResourceProperties: { ...PROPERTIES, ...properties } });
  expect((await wrong({ Names: 'shop.example' })).answer!.reason).toContain('Names must be a list of one domain name or more, got "shop.example"');
  expect((await wrong({ HostedZoneId: undefined })).answer!.reason).toContain('HostedZoneId must be the id of a hosted zone');
  expect(aws.requests).toEqual([]);
});

test('one that ACM does not tell of yet is waited for', async () => {
  const describe = aws.actions.DescribeCertificate;
  let unknown = 2;
  aws.actions.DescribeCertificate = (input: any) => (unknown-- > 0 ? gone(input.CertificateArn) : describe(input));
  expect((await create()).answer).toMatchObject({ status: 'SUCCESS', physicalResourceId: arnOf(1) });
});

test('one that is at work is deleted a little later', async () => {
  await create();
  const drop = aws.actions.DeleteCertificate;
  let busy = 2;
  aws.actions.DeleteCertificate = (input: any) => (busy-- > 0 ? json({ __type: 'ConflictException', message: 'in progress' }, 409) : drop(input));
  expect((await remove(arnOf(1))).answer).toMatchObject({ status: 'SUCCESS' });
  expect(certificates.size).toBe(0);
});
