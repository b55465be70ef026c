/** A function behind custom resources on a bed whose data plane is a recorder: each answer is put by the test. */
import { type Handed, Harness } from './harness';

let stacks = 0;
export const nextStack = () => `Stack${++stacks}`;

export class Maker {
  static async open(): Promise<Maker> {
    const bed = await Harness.open();
    return new Maker(bed, await bed.createFunction('maker'));
  }

  private constructor(
    readonly bed: Harness,
    readonly fn: string,
  ) {}

  template(properties: object = {}, deletionPolicy?: string): object {
    return {
      Resources: {
        Thing: { Type: 'Custom::Thing', DeletionPolicy: deletionPolicy, Properties: { ServiceToken: this.fn, ServiceTimeout: 300, ...properties } },
      },
    };
  }

  requestOf(stack: string, type: string): Promise<Handed> {
    return this.bed.recorder.next(
      (handed) => handed.door === 'cloudformation' && handed.event.RequestType === type && handed.event.StackId.includes(`/${stack}/`),
    );
  }
}

/** A well-formed answer to the request. */
export function answerTo({ event }: Handed, more: object = {}): Record<string, unknown> {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
  return { Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, PhysicalResourceId: PhysicalResourceId ?? 'thing-1', ...more };
}

export async function put(handed: Handed, body: unknown, headers: Record<string, string> = { 'content-type': '' }): Promise<number> {
  const response = await fetch(handed.event.ResponseURL, { method: 'PUT', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}
