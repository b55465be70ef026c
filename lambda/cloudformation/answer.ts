/** What CloudFormation is told, within the bytes it takes. Pure. */
import { cut, responseBytes } from '../contract/cloudformation/answer.json';
import type { Json } from '../json';
import { printable } from './printable';
import type { CloudFormationRequest } from './request';

export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly physicalResourceId: string;
  /** Only when it failed. */
  readonly reason?: string;
  readonly data?: Readonly<Record<string, Json>>;
  readonly noEcho?: boolean;
}

/** The body to PUT. A reason gives way as far as needed; its end says most. */
export function render(request: CloudFormationRequest, answer: Answer): Buffer {
  if (answer.reason === undefined) {
    return body(request, answer);
  }
  const fits = (reason: string) => body(request, { ...answer, reason }).length <= responseBytes.most;
  return body(request, { ...answer, reason: shortened(printable(answer.reason), fits) });
}

/** A reason no longer than a whole answer may be: it goes into the log, and what is left to the responder, too. */
export function shortReason(reason: string): string {
  return shortened(reason, (text) => Buffer.byteLength(text) <= responseBytes.most);
}

/** A text with its middle left out as far as needed: most of what is kept is its end. */
export function shortened(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) {
    return text;
  }
  const characters = [...text];
  const keeping = (kept: number) => {
    const head = Math.floor(kept / 3);
    return `${characters.slice(0, head).join('')}${cut}${characters.slice(characters.length - (kept - head)).join('')}`;
  };
  // The most characters that fit, by halving
  let most = 0;
  for (let tooMany = characters.length; tooMany - most > 1;) {
    const middle = Math.floor((most + tooMany) / 2);
    if (fits(keeping(middle))) {
      most = middle;
    } else {
      tooMany = middle;
    }
  }
  return keeping(most);
}

/** Why CloudFormation would refuse an answer as too long; undefined when it fits. */
export function tooLong(request: CloudFormationRequest, answer: Answer): string | undefined {
  const { length } = render(request, answer);
  return length <= responseBytes.most
    ? undefined
    : `the answer with its data has ${length} bytes, CloudFormation takes ${responseBytes.most}: return less data`;
}

function body(request: CloudFormationRequest, { status, reason, physicalResourceId, data, noEcho }: Answer): Buffer {
  return Buffer.from(
    JSON.stringify({
      Status: status,
      ...(reason === undefined ? {} : { Reason: reason }),
      PhysicalResourceId: physicalResourceId,
      StackId: request.StackId,
      RequestId: request.RequestId,
      LogicalResourceId: request.LogicalResourceId,
      ...(noEcho ? { NoEcho: true } : {}),
      ...(data === undefined ? {} : { Data: data }),
    }),
  );
}
