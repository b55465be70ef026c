import { reportPage } from '../../demo/report';
import { judge } from '../../demo/verdict';
import { execution, sentEvent } from './sample';

const facts = { runtimes: 'Python on python3.11', isolation: 'bubblewrap', seconds: 12 };

function page(sent: ReturnType<typeof sentEvent>[], executions: ReturnType<typeof execution>[]): string {
  return reportPage({ sent, executions, window: { on: 1_000_100, off: 1_000_900 } }, judge(sent, executions), facts);
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
