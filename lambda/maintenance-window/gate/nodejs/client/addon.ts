/** The seam: AWS's client loads its native part, rapid-client.node, through process.dlopen. */
import { createHash } from 'node:crypto';

import { nodejs as tested } from '../../../../contract/maintenance-window/clients.json';
import { UnknownClient } from '../quiet/errors';
import type { NativeClient, Session } from './session';

export const ADDON = 'rapid-client.node';
const { existsSync, readFileSync, realpathSync } = process.getBuiltinModule('node:fs');
// eslint-disable-next-line @typescript-eslint/unbound-method -- functions of a module: they need no this
const { basename, dirname, join } = process.getBuiltinModule('node:path');

const METHODS = ['next', 'done', 'error'] as const;
/** Characters of a digest that tell two clients apart. */
const DIGEST_CHARACTERS = 12;

/** The runtime's client, by the file that Lambda starts. */
export class Client {
  private readonly entry: string;
  private readonly folder: string;
  private readonly originals = new WeakMap<object, NativeClient>();
  /** Whether the client itself has opened the native part. */
  private attached = false;
  private opening = false;
  private released = false;
  private unhook: () => void = () => undefined;

  /**
   * @param entry the file that Lambda starts
   * @param unknown is told what the client is found to be once it runs; returns when it may go on without the gate, which is released by then
   */
  constructor(
    entry: string,
    private readonly unknown: (found: UnknownClient) => void,
  ) {
    this.entry = realpathSync(entry);
    this.folder = dirname(this.entry);
  }

  /**
   * Wraps the native part whenever it is opened.
   *
   * @throws UnknownClient when it is not where it is expected
   */
  hook(session: Session): void {
    if (!existsSync(join(this.folder, ADDON))) {
      throw this.moved(`has no ${ADDON} beside it`);
    }
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its process below
    const { dlopen } = process;
    const hooked = (...args: Parameters<typeof dlopen>) => {
      dlopen.apply(process, args);
      const [module, path] = args as unknown as [{ exports: unknown }, string];
      if (this.released || dirname(path) !== this.folder) {
        return;
      }
      if (basename(path) === ADDON) {
        module.exports = this.wrap(module.exports, session);
        this.attached ||= !this.opening;
      } else if (!this.attached) {
        this.unknown(this.moved(`opens ${basename(path)} where ${ADDON} was expected`));
      }
    };
    process.dlopen = hooked;
    this.unhook = () => {
      if (process.dlopen === hooked) {
        // a tool may have wrapped it in turn
        process.dlopen = dlopen;
      }
    };
  }

  /** Leaves the client as it is without the gate. */
  release(): void {
    this.released = true;
    this.unhook();
  }

  /**
   * Opens the native part before the client does.
   *
   * @throws UnknownClient when it has another shape
   */
  open(): NativeClient {
    const module = { exports: {} };
    this.opening = true;
    process.dlopen(module, join(this.folder, ADDON));
    this.opening = false;
    return this.originals.get(module.exports)!;
  }

  private wrap(exports: unknown, session: Session): NativeClient {
    const native = exports as NativeClient & Record<string, unknown>;
    const missing = METHODS.filter((method) => typeof native?.[method] !== 'function');
    if (missing.length > 0) {
      throw this.moved(`has a native part without ${missing.join(', ')}`);
    }
    const original: NativeClient = { next: native.next, done: native.done, error: native.error, initializeClient: native.initializeClient };
    const wrapped = Object.assign(Object.create(native) as NativeClient, {
      next: (...more: unknown[]) => session.next(original, more),
      done: (encodedId: string, body: string, ...more: unknown[]) =>
        session.takes(encodedId, 'result', body) ? null : original.done(encodedId, body, ...more),
      error: (encodedId: string, body: string, xray: string, ...more: unknown[]) =>
        session.takes(encodedId, 'error', body) ? null : original.error(encodedId, body, xray, ...more),
    });
    this.originals.set(wrapped, original);
    return wrapped;
  }

  /** That the client is not one of those that the gate can be attached to. */
  moved(what: string): UnknownClient {
    const clients = [...new Set(tested.releases.map(({ client }) => client))].join(', ');
    return new UnknownClient(
      `this library does not know the runtime's client, ${this.version()}: it ${what}. ` +
        `Update the library; this release is tested with ${tested.client} ${clients}.`,
    );
  }

  /** As well as it can be known: managed runtimes carry a bundle without a version. */
  private version(): string {
    const digest = createHash('sha256').update(readFileSync(this.entry)).digest('hex').slice(0, DIGEST_CHARACTERS);
    const file = join(this.folder, 'package.json');
    const version = existsSync(file) ? `aws-lambda-ric ${String((JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version)}, ` : '';
    return `${version}${this.entry} sha256 ${digest}, ${process.env.AWS_EXECUTION_ENV ?? 'unknown runtime'}, Node.js ${process.version}`;
  }
}
