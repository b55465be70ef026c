/** A stage whose layer has the gates of both languages, for a test file. */
import { bundleGate } from '../../../scripts/build/gate';
import { HARMLESS } from './harmless';
import { ensureReleases, LANGUAGES } from './languages';
import { Stage } from './stage';

export const MINUTES = 60_000;

export const RAN = { ran: true };
export const DEFERRED = { maintenanceWindow: { status: 'DEFERRED' } };

/** Opens a stage before the file's tests, gives each an empty table and a window that is off, and leaves nothing behind. */
export function useStage(opened: (stage: Stage) => void): void {
  let stage: Stage;

  beforeAll(async () => {
    const wrappers = LANGUAGES.map(({ name, changing }) => [`own/${name}`, changing]);
    const [preload] = await Promise.all([bundleGate(), ensureReleases()]);
    stage = await Stage.open(new Map([['nodejs/preload.mjs', preload.code]]), Object.fromEntries(wrappers) as Record<string, string>);
    opened(stage);
  }, 5 * MINUTES);

  afterAll(() => stage.close());
  beforeEach(() => stage.reset());
  afterEach(() => stage.closeEnvironments());
}

/** What a process wrote, without what differs harmlessly. */
export function comparable(output: string): string {
  return HARMLESS.reduce((text, { pattern, instead }) => text.replace(pattern, instead), output);
}

/** A value in a form that tests compare: bytes as comparable text. */
export function readable(value: unknown): unknown {
  const text = JSON.stringify(value, (_, member: unknown) => {
    const buffer = member as { type?: string; data?: number[] } | null;
    return buffer?.type === 'Buffer' ? comparable(Buffer.from(buffer.data!).toString()) : member;
  }) as string | undefined;
  return JSON.parse(text ?? 'null');
}
