/** Tokens and names, of any stack and resource, against what services document that they take. */
import * as fc from 'fast-check';

import { physicalName, type PhysicalNameOptions, shortToken } from '../../../../../lambda/custom-resource/runtime/nodejs/protocol/names';
import { request } from './requests';

const TOKENS: Readonly<Record<string, readonly [maxLength: number, taken: RegExp]>> = {
  'ACM RequestCertificate, IdempotencyToken': [32, /^\w{1,32}$/],
  'DynamoDB TransactWriteItems, ClientRequestToken': [36, /^.{1,36}$/],
  'ECS CreateService, clientToken': [36, /^[!-~]{1,36}$/],
  'FSx CreateFileSystem, ClientRequestToken': [63, /^[A-Za-z0-9_.-]{1,63}$/],
  'RDS and others that take 64': [64, /^[!-~]{1,64}$/],
};

const NAMES: Readonly<Record<string, readonly [options: PhysicalNameOptions, taken: RegExp]>> = {
  'RDS DBInstanceIdentifier': [{ maxLength: 63, lowercase: true }, /^(?!.*--)[a-z][a-z0-9-]{0,61}[a-z0-9]$/],
  'RDS DBName': [{ maxLength: 64, separator: '_' }, /^[A-Za-z][A-Za-z0-9_]{0,63}$/],
  'S3 bucket': [
    { maxLength: 63, lowercase: true },
    /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  ],
  'ELB load balancer': [{ maxLength: 32 }, /^(?!internal-)(?!-)[A-Za-z0-9-]{1,31}[A-Za-z0-9]$/],
  'IAM role': [{ maxLength: 64 }, /^[\w+=,.@-]{1,64}$/],
  'DynamoDB table': [{ maxLength: 255 }, /^[a-zA-Z0-9_.-]{3,255}$/],
  'ECS service': [{ maxLength: 255 }, /^[a-zA-Z][a-zA-Z0-9_-]{0,254}$/],
  'FSx and ACM, which take names by tags': [{ maxLength: 256 }, /^[\w .:/=+@-]{1,256}$/],
};

/** Begins that a service keeps for itself; the docs say that they are the author's to avoid. */
const RESERVED = /^(internal|sthree|amzn)-/i;
/** As CloudFormation takes them. */
const stackName = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,127}$/).filter((name) => !RESERVED.test(name)),
  fc.constantFrom('xn--shop', 'a---', 'a--b'),
);
const logicalResourceId = fc.stringMatching(/^[A-Za-z0-9]{1,80}$/);
const stackId = (name: string) => `arn:aws:cloudformation:eu-central-1:111122223333:stack/${name}/6b3c9a60-0000-11f0-8000-0a1b2c3d4e5f`;

test.each(Object.entries(TOKENS))('a token for %s', (_, [maxLength, taken]) => {
  fc.assert(
    fc.property(stackName, logicalResourceId, (name, id) => {
      expect(shortToken(request('Create', { StackId: stackId(name), LogicalResourceId: id }), maxLength)).toMatch(taken);
    }),
  );
});

test.each(Object.entries(NAMES))('a name for %s', (_, [options, taken]) => {
  fc.assert(
    fc.property(stackName, logicalResourceId, (name, id) => {
      expect(physicalName({ StackId: stackId(name), LogicalResourceId: id }, options)).toMatch(taken);
    }),
  );
});
