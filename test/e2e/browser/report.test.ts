/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

import { type Browser, chromium } from 'playwright-core';

import { type Execution, laneOf, type SentEvent } from '../../../demo/lanes';
import { judgeOperation } from '../../../demo/operation';
import { reportPage } from '../../../demo/report';
import { judge } from '../../../demo/verdict';
import { operation } from '../../demo/sample';

const EVENTS = 300;
const LAPTOP = { width: 1366, height: 768 };

let browser: Browser;
let directory: string;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  directory = mkdtempSync(path.join(tmpdir(), 'report-'));
});

afterAll(async () => {
  await browser.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A demo's outcome: half the events run at once, the next are kept or refused, the last run at once again. */
function writeReport(): string {
  const sent: SentEvent[] = Array.from({ length: EVENTS }, (_, n) => ({
    id: `order-${n}`,
    lane: laneOf(n),
    sentAt: n * 40,
    digest: `d${n}`,
    refused: n >= 150 && n < 270 && laneOf(n).source === 'api',
  }));
  const executions: Execution[] = sent
    .filter((event) => !event.refused)
    .map((event, n) => {
      const replayed = event.sentAt >= 6000 && event.sentAt < 10_800;
      return { id: event.id, executions: 1, digests: [event.digest], executedAt: replayed ? 60_000 + n * 20 : event.sentAt + 90, replayed };
    });
  const file = path.join(directory, 'report.html');
  const facts = { runtimes: 'Python function on python3.11, Node.js function on nodejs24.x', isolation: 'Emulated: AWS', seconds: 75 };
  const made = operationFrom(5000);
  const verdicts = { events: judge(sent, executions), operation: judgeOperation(made, 15, []) };
  writeFileSync(file, reportPage({ sent, executions, window: { on: 6000, off: 10_800 }, operation: made }, verdicts, facts));
  return file;
}

/** The sample's creation, begun at that time. */
function operationFrom(at: number): ReturnType<typeof operation> {
  const { startedAt, hops, polls, answers } = operation();
  const moved = (time: number) => time - startedAt + at;
  return {
    startedAt: at,
    hops: hops.map((hop) => ({ startedAt: moved(hop.startedAt), endedAt: moved(hop.endedAt!) })),
    polls: polls.map(moved),
    answers: answers.map((answer) => ({ ...answer, at: moved(answer.at) })),
  };
}

async function openOffline(file: string) {
  const context = await browser.newContext({ viewport: LAPTOP, offline: true });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints, close: () => context.close() };
}

test('opens without network, without an error on the console, with one visible mark for each event', async () => {
  const { page, complaints, close } = await openOffline(writeReport());

  const marks = await page.locator('svg[role=img] g.event').evaluateAll((groups) =>
    groups.map((group) => {
      const { left, right, top, bottom } = group.getBoundingClientRect();
      const picture = (group as SVGElement).ownerSVGElement!.getBoundingClientRect();
      const inside = left >= picture.left && right <= picture.right && top >= picture.top && bottom <= picture.bottom;
      return { id: group.getAttribute('data-id'), visible: inside && bottom > top };
    }),
  );
  expect(marks).toHaveLength(EVENTS);
  expect(new Set(marks.map(({ id }) => id)).size).toBe(EVENTS);
  expect(marks.filter(({ visible }) => !visible)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

test("the custom resource's executions stand in a row under the events, each with its number and its polls, and end with the answer", async () => {
  const { page, complaints, close } = await openOffline(writeReport());

  const boxes = (selector: string) =>
    page.locator(`svg[role=img] ${selector}`).evaluateAll((marks) =>
      marks.map((mark) => {
        const { left, right, top, bottom } = mark.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
  const [bars, polls, [answer], events] = await Promise.all([boxes('g.hop rect'), boxes('line.poll'), boxes('path.answer'), boxes('g.event')]);
  expect(bars).toHaveLength(5);
  expect(polls).toHaveLength(49);
  for (const [n, bar] of bars.entries()) {
    expect(bar.top).toBeGreaterThan(Math.max(...events.map(({ bottom }) => bottom)));
    if (n > 0) {
      expect(bar.left).toBeGreaterThan(bars[n - 1].right - 1);
    }
  }
  const inside = (poll: typeof answer, bar: typeof answer) =>
    poll.left > bar.left - 2 && poll.right < bar.right + 2 && poll.top > bar.top && poll.bottom < bar.bottom;
  expect(polls.filter((poll) => !bars.some((bar) => inside(poll, bar)))).toEqual([]);
  expect(answer.right).toBeGreaterThan(bars[4].right);
  expect(await page.locator('svg[role=img] g.hop text').allTextContents()).toEqual(['1', '2', '3', '4', '5']);
  expect(complaints).toEqual([]);
  await close();
});

test('fits a laptop: nothing to scroll sideways, text of 12 pixels or more beside the picture', async () => {
  const { page, close } = await openOffline(writeReport());

  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(LAPTOP.width);
  const small = await page
    .locator('p, th, td, li')
    .evaluateAll((elements) => elements.filter((element) => parseFloat(getComputedStyle(element).fontSize) < 12).length);
  expect(small).toBe(0);
  expect(await page.locator('.verdict').allTextContents()).toEqual([
    expect.stringMatching(/^sent 300, refused \d+, ran once \d+, lost 0, twice 0$/),
    'custom resource: created in 50 s over 5 executions of at most 15 s, answered once',
  ]);
  await close();
});
