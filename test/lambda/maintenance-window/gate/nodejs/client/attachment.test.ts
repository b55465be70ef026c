import * as fs from 'node:fs';
import http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';

import { nodejs as tested } from '../../../../../../lambda/contract/maintenance-window/clients.json';
import { Attachment } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/attachment';
import type { NativeClient, Session } from '../../../../../../lambda/maintenance-window/gate/nodejs/client/session';

const NATIVE = { next: jest.fn(), done: jest.fn(), error: jest.fn() };
const NEXT = { host: '127.0.0.1', port: 9, path: '/2018-06-01/runtime/invocation/next' };

/** The client asks for invocations past its native part; nobody listens there. */
function ask(): void {
  http.request(NEXT).on('error', () => undefined);
}

let folder: string;
/** What the native parts in the folder export, by file. */
let natives: Record<string, object>;
let reported: string[];
const { request } = http;
const dlopen = Object.getOwnPropertyDescriptor(process, 'dlopen')!;
const opensFile = (module: { exports: unknown }, file: string) => {
  module.exports = natives[path.basename(file)];
};

beforeEach(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'client-')));
  natives = { 'rapid-client.node': NATIVE };
  reported = [];
  fs.writeFileSync(path.join(folder, 'index.mjs'), '');
  fs.writeFileSync(path.join(folder, 'rapid-client.node'), '');
  process.dlopen = opensFile;
});

afterEach(() => {
  Object.defineProperty(process, 'dlopen', dlopen);
  http.request = request;
  fs.rmSync(folder, { recursive: true });
});

function attachment(onUnknownClient: 'FAIL' | 'RUN', session: Partial<Session> = {}): { attached: Attachment; session: jest.Mocked<Session> } {
  const fake = {
    isLoading: false,
    isAsked: false,
    next: jest.fn(),
    release: jest.fn(),
    opened: jest.fn(),
    ...session,
  } as unknown as jest.Mocked<Session>;
  const reporter = { count: (metric: string) => reported.push(metric), log: (line: string) => reported.push(line) };
  return { attached: new Attachment(path.join(folder, 'index.mjs'), fake, { onUnknownClient }, reporter), session: fake };
}

/** The client opens a file of its own. */
function opens(file: string): NativeClient {
  const module = { exports: {} };
  process.dlopen(module, path.join(folder, file));
  return module.exports as NativeClient;
}

function withoutNative(): void {
  fs.rmSync(path.join(folder, 'rapid-client.node'));
}

function withoutNext(): void {
  natives['rapid-client.node'] = { done: NATIVE.done, error: NATIVE.error };
}

const REPORTED = [expect.stringMatching(/^the function runs without its gate, as onUnknownClient is RUN: .*index\.mjs sha256/), 'gateMissing'];

test('a client that is known is asked through the session', () => {
  const { attached, session } = attachment('RUN');
  expect(attached.open()).toMatchObject({ next: NATIVE.next });
  attached.watch();
  void opens('rapid-client.node').next('more');
  expect(session.next).toHaveBeenCalledWith(expect.objectContaining({ next: NATIVE.next }), ['more']);
  expect(reported).toEqual([]);
});

describe('a client whose shape shows before it starts', () => {
  test.each([
    ['without its native part', withoutNative],
    ['whose native part has no next', withoutNext],
  ])('%s: FAIL is an error that names the clients that are tested', (_, change) => {
    change();
    const clients = [...new Set(tested.releases.map(({ client }) => client))].join(', ');
    expect(() => attachment('FAIL').attached.open()).toThrow(
      expect.objectContaining({ name: 'GateNotAttached', message: expect.stringContaining(`is tested with aws-lambda-ric ${clients}.`) }),
    );
    expect(reported).toEqual([]);
  });

  test.each([
    ['without its native part', withoutNative],
    ['whose native part has no next', withoutNext],
  ])('%s: RUN leaves it as it is, and says so once', (_, change) => {
    change();
    expect(attachment('RUN').attached.open()).toBeUndefined();
    expect(process.dlopen).toBe(opensFile);
    expect(http.request).toBe(request);
    expect(reported).toEqual(REPORTED);
  });

  test('whose native part cannot be opened at all is an error, whatever onUnknownClient says', () => {
    process.dlopen = () => {
      throw new Error('wrong ELF class');
    };
    expect(() => attachment('RUN').attached.open()).toThrow('wrong ELF class');
  });
});

describe.each([
  ['opens another native part', () => opens('moved-client.node'), 'opens moved-client.node where rapid-client.node was expected'],
  ['asks past its native part', ask, 'asks for invocations past its native part'],
])('a client that %s once it runs', (_, moves, message) => {
  beforeEach(() => {
    natives['moved-client.node'] = NATIVE;
  });

  test('FAIL is an error', () => {
    const { attached } = attachment('FAIL');
    attached.open();
    attached.watch();
    expect(moves).toThrow(message);
    expect(reported).toEqual([]);
  });

  test('RUN takes the gate out, and says so once', () => {
    const { attached, session } = attachment('RUN');
    attached.open();
    attached.watch();
    moves();
    moves();
    expect(process.dlopen).toBe(opensFile);
    expect(http.request).toBe(request);
    expect(session.release).toHaveBeenCalledTimes(1);
    expect(opens('rapid-client.node')).toBe(NATIVE);
    expect(reported).toEqual(REPORTED);
    expect(reported[0]).toContain(message);
  });

  test('RUN cannot help while an invocation waits in the gate, which this client would never fetch', () => {
    const { attached } = attachment('RUN', { isLoading: true });
    attached.open();
    attached.watch();
    expect(moves).toThrow(message);
    expect(reported).toEqual([]);
  });
});

test("a hook that a tool has wrapped in turn stays the tool's, and does nothing", () => {
  const { attached } = attachment('RUN');
  attached.open();
  attached.watch();
  const ours = process.dlopen;
  const tools = ((...args: Parameters<typeof ours>) => ours.apply(process, args)) as typeof ours;
  process.dlopen = tools;
  ask();
  expect(process.dlopen).toBe(tools);
  expect(opens('rapid-client.node')).toBe(NATIVE);
});
