/** What its author deploys, over a service that is only pretended: a job is ready after a second. */
import { searchIndex } from './search-index';

export const handler = searchIndex({
  build: () => Promise.resolve(String(Date.now())),
  jobStatus: (jobId) => Promise.resolve(Date.now() - Number(jobId) > 1000 ? 'READY' : 'RUNNING'),
  remove: () => Promise.resolve(),
});
