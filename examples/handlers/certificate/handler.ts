/**
 * Custom::Certificate requests a certificate, proves the names by records in a hosted zone, and is there when it is issued.
 *
 * The records stay when it is deleted: ACM needs them for renewals, and other certificates for the same names have the same ones.
 */
import type { CertificateDetail } from '@aws-sdk/client-acm';
import { type AnyRequest, customResource, done, type OperationContext, wait } from 'cdk-patient-lambda/handler';

import { find, labelled, prove, remove, request as requestCertificate } from './certificates';

interface Properties {
  readonly names: readonly string[];
  readonly zoneId: string;
}

type State =
  /** `made`: this very operation has requested the certificate. */
  | { readonly step: 'ISSUE'; readonly proved: boolean; readonly made: boolean }
  /** Certificates that are still there, with what uses each. */
  | { readonly step: 'DELETE'; readonly left: Readonly<Record<string, readonly string[]>> };

export const handler = customResource<Properties, State>({
  parse({ Names, HostedZoneId }) {
    if (!Array.isArray(Names) || Names.length === 0 || Names.some((name) => typeof name !== 'string')) {
      throw new Error(`Names must be a list of one domain name or more, got ${JSON.stringify(Names)}`);
    }
    if (typeof HostedZoneId !== 'string') {
      throw new Error(`HostedZoneId must be the id of a hosted zone, got ${JSON.stringify(HostedZoneId)}`);
    }
    return { names: Names as string[], zoneId: HostedZoneId };
  },

  create: ({ properties }, context) => begin(properties, context),

  async update({ properties, physicalResourceId }, context) {
    // What is there decides, not the old properties: after a rollback they are those of the update that failed, whose replacement may be here
    const { retryWhileDenied, defaultPhysicalResourceId } = context;
    const present = await retryWhileDenied(() => firstFor(properties.names, [physicalResourceId]));
    const arn = present ?? (await firstFor(properties.names, await labelled(defaultPhysicalResourceId)));
    return arn ? wait<State>({ step: 'ISSUE', proved: false, made: false }, { physicalResourceId: arn }) : begin(properties, context);
  },

  delete: async () => wait<State>({ step: 'DELETE', left: {} }, { afterSeconds: 0 }),

  async poll(request, state, context) {
    if (state.step === 'DELETE') {
      return removeAll(await arnsToRemove(request, state.left, context), context);
    }
    const arn = request.physicalResourceId!;
    const certificate = await find(arn);
    if (!certificate && state.made && !state.proved) {
      return wait(state); // ACM tells of a new certificate only after some seconds
    }
    if (!certificate || hasFailed(certificate)) {
      await discardReplacement(request, state, context);
      throw new Error(`the certificate ${arn} for ${names(request)} is ${certificate?.Status ?? 'gone'}${because(certificate)}`);
    }
    if (!state.proved) {
      const { zoneId } = request.properties as Properties; // only a Delete has others
      return wait<State>({ ...state, proved: await context.retryWhileDenied(() => prove(certificate, zoneId)) });
    }
    return certificate.Status === 'ISSUED' ? done({ data: { Arn: arn } }) : wait(state);
  },

  async onTimeout(request, state, context) {
    context.log.error('gave up waiting', { state });
    await discardReplacement(request, state, context);
  },
  onCancel: discardReplacement,
});

async function begin({ names }: Properties, { token, defaultPhysicalResourceId, retryWhileDenied }: OperationContext) {
  // The same token within an hour is the same certificate
  const arn = await retryWhileDenied(() => requestCertificate(names, token(32), defaultPhysicalResourceId));
  return wait<State>({ step: 'ISSUE', proved: false, made: true }, { physicalResourceId: arn });
}

/** The first of the certificates that is for these names, and can be used. */
async function firstFor(names: readonly string[], arns: readonly string[]): Promise<string | undefined> {
  for (const arn of arns) {
    const certificate = await find(arn);
    if (certificate && isFor(certificate, names) && !hasFailed(certificate)) {
      return arn;
    }
  }
  return undefined;
}

async function arnsToRemove(
  request: AnyRequest<Properties>,
  left: Readonly<Record<string, unknown>>,
  { defaultPhysicalResourceId }: OperationContext,
) {
  const known = Object.keys(left);
  if (known.length > 0) {
    return known;
  }
  const id = request.physicalResourceId!;
  return id.startsWith('arn:') ? [id] : labelled(defaultPhysicalResourceId); // else of a Create that could not tell
}

/** As often as it takes until nothing uses them. */
async function removeAll(arns: readonly string[], { log }: OperationContext) {
  const left: Record<string, string[]> = {};
  for (const arn of arns) {
    if (!(await remove(arn))) {
      left[arn] = (await find(arn))?.InUseBy ?? [];
    }
  }
  if (Object.keys(left).length === 0) {
    return done();
  }
  log.info('still in use', { left });
  return wait<State>({ step: 'DELETE', left });
}

/** Of an update that ends before its replacement is there: CloudFormation knows nothing of that. */
async function discardReplacement(request: AnyRequest<Properties>, state: State | undefined, { log }: OperationContext): Promise<void> {
  const { requestType, physicalResourceId: arn, previousPhysicalResourceId } = request;
  if (requestType === 'Update' && arn !== previousPhysicalResourceId && state?.step === 'ISSUE' && state.made) {
    await remove(arn).catch((error: unknown) => log.error('delete this certificate by hand', { arn, error: String(error) }));
  }
}

function isFor({ SubjectAlternativeNames = [] }: CertificateDetail, wanted: readonly string[]): boolean {
  const text = (all: readonly string[]) => [...new Set(all.map((name) => name.toLowerCase()))].sort().join();
  return text(SubjectAlternativeNames) === text(wanted);
}

const hasFailed = ({ Status }: CertificateDetail) => Status !== 'ISSUED' && Status !== 'PENDING_VALIDATION';
const because = (certificate?: CertificateDetail) => (certificate?.FailureReason ? `: ${certificate.FailureReason}` : '');
const names = (request: AnyRequest<Properties>) => (request.properties as Properties).names.join(', ');
