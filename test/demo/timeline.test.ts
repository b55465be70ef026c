import { PassThrough } from 'node:stream';

import { Timeline } from '../../demo/timeline';
import { operation } from './sample';

const nothing = { executions: [], deferred: new Map<string, number>() };

function terminal(): { out: NodeJS.WriteStream; text: () => string } {
  const out = Object.assign(new PassThrough(), { isTTY: true });
  return { out: out as unknown as NodeJS.WriteStream, text: () => String(out.read() ?? '') };
}

test('the custom resource has a line: its executions by their numbers as long as they took, and the answer', () => {
  const { out, text } = terminal();
  const timeline = new Timeline(out, 10);
  timeline.seen(nothing, undefined);
  expect(text()).toMatch(/Restore +create +not begun/);

  timeline.seen(nothing, operation());
  timeline.stop();

  expect(text()).toMatch(/Restore +create +1{2,4}2{2,4}3{2,4}4{2,4}5{2,4}! +SUCCESS, 49 polls/);
});

test('while it is under way, the line tells the execution', () => {
  const { out, text } = terminal();
  const timeline = new Timeline(out, 10);
  timeline.seen(nothing, operation({ answers: [] }));
  timeline.stop();

  expect(text()).toMatch(/in execution 5, 49 polls/);
});
