/** Rounds of a change and of the minute, an operator, and lost, killed and refused calls between them, in any order. */
import fc from 'fast-check';

import { readItem } from '../../../../lambda/maintenance-window/mirror/item';
import { isNewer } from '../../../../lambda/maintenance-window/window/newer';
import { MirrorWorld, operatorOf, refusal } from './mirror-world';

const WINDOW = 'Window';
const NAME = operatorOf(WINDOW);
const VALUES = ['on', 'off', 'auto', 'on # other', 'nonsense'];

type Step =
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'make again'; readonly value: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'begin round' }
  /** Lets one call that waits, of whichever round, go on. */
  | { readonly kind: 'call'; readonly which: number; readonly fate: 'done' | 'refused' | 'lost' | 'killed' };

const value = fc.constantFrom(...VALUES);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), value }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('make again' as const), value }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'begin round' as const }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      which: fc.nat(5),
      fate: fc.constantFrom('done' as const, 'done' as const, 'done' as const, 'refused' as const, 'lost' as const, 'killed' as const),
    }),
  },
);

interface Waiting {
  readonly perform: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly toBus: boolean;
}

/** Every call of every round waits until it is let go on. */
class Interleaving {
  readonly world = new MirrorWorld();
  /** How often the bus had been told of an opening, at each write that made the item one of a window that is on. */
  readonly openings: number[] = [];
  readonly violations: string[] = [];
  /** A round was killed somewhere. */
  killed = false;
  /** The bus has not accepted an event, or nobody heard that it did. */
  busFailed = false;
  private readonly waiting: Waiting[] = [];
  private readonly rounds: Promise<unknown>[] = [];

  constructor() {
    const { world } = this;
    const services: { send(command: never): Promise<unknown> }[] = [world.parameters, world.dynamodb, world.bus];
    for (const service of services) {
      const send = service.send.bind(service);
      service.send = (command: never) =>
        new Promise((resolve, reject) => this.waiting.push({ perform: () => send(command), resolve, reject, toBus: service === world.bus }));
    }
    this.watch();
  }

  /** The revision goes up by one with each write, and the operator's value never goes back. */
  private watch(): void {
    const { dynamodb, bus } = this.world;
    let revision = 0;
    let last = { modified: 0, version: 0 };
    let on = false;
    dynamodb.after = (operation) => {
      if (operation === 'PutItem') {
        const item = dynamodb.item(NAME)!;
        const { operator } = readItem(item);
        // Throwing here would be the planner's to bear
        if (Number(item.revision.N) !== ++revision) {
          this.violations.push(`revision ${item.revision.N} is not ${revision}`);
        }
        if (isNewer(last, operator!)) {
          this.violations.push(`version ${operator!.version} was written over the newer ${last.version}`);
        }
        last = operator!;
        const isOn = operator!.value.startsWith('on');
        if (isOn && !on) {
          this.openings.push(bus.told.filter(({ type }) => type.endsWith('Opened')).length);
        }
        on = isOn;
      }
    };
  }

  async take(next: Step): Promise<void> {
    const { parameters } = this.world;
    this.world.now += 10;
    switch (next.kind) {
      case 'make again':
        parameters.stored.delete(NAME);
        parameters.put(NAME, next.value);
        break;
      case 'write':
        parameters.put(NAME, next.value);
        break;
      case 'delete':
        parameters.stored.delete(NAME);
        break;
      case 'begin round':
        this.rounds.push(this.world.round(WINDOW));
        break;
      case 'call':
        await this.proceed(next.which, next.fate);
    }
    await settled();
  }

  private async proceed(which: number, fate: 'done' | 'refused' | 'lost' | 'killed'): Promise<void> {
    const [call] = this.waiting.splice(which % Math.max(1, this.waiting.length), 1);
    if (!call) {
      return;
    }
    this.busFailed ||= call.toBus && fate !== 'done';
    if (fate === 'killed') {
      this.killed = true; // A round whose call is never answered goes no further
      return;
    }
    if (fate === 'refused') {
      call.reject(refusal('InternalServerError', 500));
      return;
    }
    try {
      const result = await call.perform();
      if (fate === 'lost') {
        call.reject(new Error('socket hang up'));
      } else {
        call.resolve(result);
      }
    } catch (error) {
      call.reject(error as Error);
    }
  }

  /** Rounds that nobody disturbs, until nothing changes any more. */
  async end(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.take({ kind: 'call', which: 0, fate: 'done' });
    }
    await this.take({ kind: 'begin round' });
    while (this.waiting.length > 0) {
      await this.take({ kind: 'call', which: 0, fate: 'done' });
    }
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('the item ends at the newest readable value, never goes back, and each opening is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const interleaving = new Interleaving();
      const { world } = interleaving;
      for (const next of steps) {
        await interleaving.take(next);
      }
      await interleaving.end();

      expect(interleaving.violations).toEqual([]);
      const stored = world.parameters.stored.get(NAME);
      const { operator, announced } = world.item(WINDOW) ?? {};
      if (stored && stored.value !== 'nonsense') {
        expect(operator).toEqual(stored);
      }
      const on = operator?.value.startsWith('on') ?? false;
      expect(announced === 'OPENED').toBe(on);
      const lastTold = world.told.at(-1)?.split(' ')[0];
      if (!interleaving.killed) {
        expect(on ? ['Opened'] : ['Closed', undefined]).toContain(lastTold);
      }
      if (!interleaving.busFailed) {
        // Before each opening there was an event of its own
        expect(interleaving.openings.every((told, index) => told > (interleaving.openings[index - 1] ?? 0))).toBe(true);
      }
    }),
    { numRuns: 250 },
  );
}, 60_000);
