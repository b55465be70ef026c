/** What somebody writes who needs a search index as a resource of a stack: building one takes up to half an hour. */
import { customResource, type CustomResourceHandler, done, wait } from 'cdk-patient-lambda/handler';

type Properties = { readonly name: string; readonly shards: number };
type State = { readonly jobId: string };
type Attributes = { readonly Endpoint: string };

/** The service that has the indexes. */
export interface SearchService {
  /** Begins to build an index. The same token gives the same job. */
  build(name: string, shards: number, token: string): Promise<string>;
  jobStatus(jobId: string): Promise<'RUNNING' | 'READY' | 'OUT_OF_SPACE'>;
  /** Nothing to remove is no error. */
  remove(name: string): Promise<void>;
}

export function searchIndex(service: SearchService): CustomResourceHandler {
  return customResource<Properties, State, Attributes>({
    parse: ({ Name, Shards }) => {
      if (typeof Name !== 'string' || !Number.isInteger(Number(Shards))) {
        throw new Error(`expected a Name and a whole number of Shards, found ${JSON.stringify({ Name, Shards })}`);
      }
      return { name: Name, shards: Number(Shards) };
    },
    create: async ({ properties: { name, shards } }, { idempotencyToken }) => {
      const jobId = await service.build(name, shards, idempotencyToken);
      return wait({ jobId }, { physicalResourceId: name });
    },
    // A new name is a new index: CloudFormation deletes the old one when the stack is through
    update: async ({ properties: { name, shards } }, { idempotencyToken }) => {
      const jobId = await service.build(name, shards, idempotencyToken);
      return wait({ jobId }, { physicalResourceId: name });
    },
    delete: async ({ physicalResourceId }) => {
      await service.remove(physicalResourceId);
      return done();
    },
    poll: async ({ properties }, { jobId }) => {
      const status = await service.jobStatus(jobId);
      if (status === 'OUT_OF_SPACE') {
        throw new Error(`job ${jobId} ran out of space`);
      }
      return status === 'READY' ? done({ data: { Endpoint: `https://${String(properties.name)}.search.example.com` } }) : wait({ jobId });
    },
  });
}
