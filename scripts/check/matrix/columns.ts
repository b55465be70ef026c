/** What the matrix says of each client: a column for each scenario, carried out by tests of test/clients that this names by the ends of their titles. */

export interface Column {
  readonly heading: string;
  /** What has been compared or done, for the page. */
  readonly what: string;
  readonly tests: readonly string[];
}

/** Where the tests are. */
export const FOLDER = 'test/clients/dynamodb-local';
export const FILES: readonly string[] = ['outside', 'inside', 'loading', 'endings'].map((name) => `${FOLDER}/${name}.test.ts`);

export const COLUMNS: readonly Column[] = [
  {
    heading: 'results',
    what: 'with the layer and without, window off: results, errors that are thrown, rejected or fail to serialise, the log, and every request to the Runtime API with its headers are the same',
    tests: ['outside a window everything is as without the gate'],
  },
  {
    heading: 'no JSON',
    what: 'the same for a body that is not JSON',
    tests: ['a body that is not JSON ends as without the gate'],
  },
  {
    heading: 'init error',
    what: 'the same for a handler that cannot be imported',
    tests: ["an import that fails with the window off is the client's own init error"],
  },
  {
    heading: 'exits',
    what: 'the same for a handler that ends its process: exit code, log and requests',
    tests: ['ends the process as without the gate'],
  },
  {
    heading: 'window',
    what: 'in a window the handler is not called: a trigger of Cognito, an HTTP request, a batch of Kinesis are each answered in the shape of their source, an HTTP request that streams as a stream',
    tests: ['sources are answered in their own shape', 'gets status and headers as metadata of a stream, and what does not, as ever'],
  },
  {
    heading: 'hold at boot',
    what: 'a window that is on at boot keeps user code from being loaded; the first event that may run loads it, and one that cannot be loaded fails that event',
    tests: [
      'is not loaded while a window is on at boot, and runs the first event that may run',
      "a handler that cannot be loaded after the hold fails the event that waited, with the init error's type",
      'a handler that cannot be loaded for a replay is an attempt that failed',
    ],
  },
  {
    heading: 'replay',
    what: 'what was kept is replayed byte for byte, once, and a body that is not JSON fails as it would have',
    tests: [
      'inside a window events are kept, and replayed byte for byte afterwards',
      'a body that is not JSON is kept, and fails in its replay as it would have failed',
    ],
  },
];
