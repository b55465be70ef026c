import { judgeOperation, type Operation } from '../../demo/operation';
import { reportPage } from '../../demo/report';
import { judge } from '../../demo/verdict';
import { execution, operation, sentEvent } from './sample';

const facts = { runtimes: 'Python on python3.11', isolation: 'bubblewrap', seconds: 12 };

function page(sent: ReturnType<typeof sentEvent>[], executions: ReturnType<typeof execution>[], made: Operation = operation()): string {
  const verdicts = { events: judge(sent, executions), operation: judgeOperation(made, 15, []) };
  return reportPage({ sent, executions, window: { on: 1_000_100, off: 1_000_900 }, operation: made }, verdicts, facts);
}

test('each event has exactly one mark, by its fate', () => {
  const html = page(
    [sentEvent(0), sentEvent(1), sentEvent(2, { refused: true }), sentEvent(3), sentEvent(4)],
    [execution(0), execution(1, { replayed: true }), execution(4, { executions: 2 })],
  );

  const marks = [...html.matchAll(/<g class="event (\w+)" data-id="([^"]+)">/g)].map(([, fate, id]) => `${id} ${fate}`);
  expect(marks.sort()).toEqual(['order-0 ran', 'order-1 replayed', 'order-2 refused', 'order-3 lost', 'order-4 twice']);
});

test('the page asks nothing of a network', () => {
  const html = page([sentEvent(0)], [execution(0)]);

  expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
  expect(html).not.toMatch(/@import|url\(/);
});

test('text is escaped', () => {
  expect(page([sentEvent(0, { id: '<script>"&' })], [])).not.toContain('<script>');
});

test('a verdict that does not hold is shown as such, with its ids', () => {
  const html = page([sentEvent(0)], []);

  expect(html).toContain('class="verdict bad"');
  expect(html).toContain('lost: order-0');
});

test('the custom resource has a bar for each execution, a line for each poll, one for the end and a mark for the answer', () => {
  const html = page([sentEvent(0)], [execution(0)]);
  const picture = html.slice(html.indexOf('<svg'), html.indexOf('</svg>'));
  const count = (pattern: RegExp) => [...picture.matchAll(pattern)].length;

  expect(html).toContain('<p class="verdict good">custom resource: created in 50 s over 5 executions of at most 15 s, answered once</p>');
  expect(count(/class="hop"/g)).toBe(5);
  expect(count(/class="poll"/g)).toBe(49);
  expect(count(/class="done"/g)).toBe(1);
  expect(picture).toContain('<title>answer: SUCCESS, 0.99 s after the last page was written</title>');
  expect(html).toMatch(/execution 5<\/th><td>40.05 s<\/td><td>9.95 s<\/td><td>9<\/td><td>answered</);
});

test('bars follow one another within the picture, and each poll stands in the bar of its execution', () => {
  const html = page([sentEvent(0)], [execution(0)]);
  const bars = [...html.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="22"/g)].map(([, x, width]) => ({
    from: Number(x),
    to: Number(x) + Number(width),
  }));
  const polls = [...html.slice(0, html.indexOf('</svg>')).matchAll(/class="poll" x1="([\d.]+)"/g)].map(([, x]) => Number(x));

  bars.forEach(({ from, to }, n) => {
    expect(from).toBeLessThan(to);
    expect(from).toBeGreaterThanOrEqual(n > 0 ? bars[n - 1].to - 0.2 : 0);
  });
  expect(polls.filter((x) => bars.some(({ from, to }) => x >= from - 1.5 && x <= to + 1.5))).toHaveLength(49);
});

test('an operation without an answer, whose execution still runs, is drawn as such', () => {
  const html = page([sentEvent(0)], [execution(0)], operation({ hops: [{ startedAt: 1_000_050 }], polls: [1_000_500], answers: [] }));

  expect(html).toContain('<p class="verdict bad">custom resource: not created');
  expect(html).toMatch(/execution 1<\/th><td>0.05 s<\/td><td>still runs<\/td><td>1<\/td><td>ended without an answer</);
  expect(html.slice(0, html.indexOf('</svg>'))).not.toContain('class="answer');
});

test('a FAILED answer and its reason are shown as such, escaped', () => {
  const html = page([sentEvent(0)], [execution(0)], operation({ answers: [{ at: 1_049_000, status: 'FAILED', reason: 'no <backup>' }] }));

  expect(html).toContain('class="answer failed"');
  expect(html).toContain('answered FAILED: no &#60;backup&#62;');
});
