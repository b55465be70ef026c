import { vectors } from '../../lambda/contract/maintenance-window/samples.vectors.json';
import { detect, DIRECT, parse } from '../../lambda/maintenance-window/gate/nodejs/held/sources';

interface Vector {
  readonly event?: unknown;
  readonly body?: string;
  readonly samples: Readonly<Record<string, readonly string[]>>;
}

/** How many samples of the public collections the gate takes for events of no known source. */
export function samplesLine(): string {
  const samples = (vectors as readonly Vector[]).flatMap(({ event, body, samples: byCollection }) => {
    const { name } = detect(parse(body ?? JSON.stringify(event)));
    return Object.values(byCollection).flatMap((paths) => paths.map(() => name));
  });
  return `direct: ${samples.filter((name) => name === DIRECT).length} of ${samples.length}`;
}
