import { expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock';
import { createEventLog } from '../../events/event-log';
import type { RepairEvent } from '../wire/repair/repair-event';
import { createRepairNews } from './repair-news';

const REPAIRED: RepairEvent = { kind: 'repaired', what: 'INVITE', status: 0, why: 'a name without quotes' };
const REFUSED: RepairEvent = { kind: 'refused', what: 'INVITE', status: 420, why: 'it requires what we do not know' };

function setUp() {
  const clock = createFakeClock();
  const log = createEventLog(clock.now);
  const tell = createRepairNews({ clock, tell: (event) => void log.append(event) });
  const rows = (): string[] =>
    log
      .newestFirst(null)
      .map(({ title, detail }) => `${title}: ${detail}`)
      .reverse();
  return { clock, tell, rows };
}

it('one is a row without a number', () => {
  const { tell, rows } = setUp();
  tell(REPAIRED);
  tell(REFUSED);
  expect(rows()).toEqual([
    'Message repaired: INVITE \u00b7 a name without quotes',
    'Message refused: INVITE \u00b7 420 \u00b7 it requires what we do not know',
  ]);
});
it('a flood of several kinds at once is a row for each kind, with its number', () => {
  const { tell, rows } = setUp();
  for (let count = 0; count < 300; count += 1) for (const event of [REPAIRED, REFUSED]) tell(event);
  expect(rows()).toEqual([
    'Message repaired: INVITE \u00b7 a name without quotes \u00b7 300 times',
    'Message refused: INVITE \u00b7 420 \u00b7 it requires what we do not know \u00b7 300 times',
  ]);
});
it.each<readonly [string, RepairEvent, (count: number) => string]>([
  ['requests with a CSeq of another name', { ...REFUSED, status: 400 }, (count) => `X${count}`],
  ['responses to what nobody knows', { ...REPAIRED, kind: 'dropped' }, (count) => `200 to X${count}`],
  ['responses of statuses that nobody knows', { ...REPAIRED, kind: 'dropped' }, (count) => `${699 + count} to INVITE`],
  ['responses of ever other statuses', { ...REPAIRED, kind: 'dropped' }, (count) => `${400 + (count % 100)} to INVITE`],
])('%s are one row', (_name, event, what) => {
  const { tell, rows } = setUp();
  for (let count = 1; count <= 300; count += 1) tell({ ...event, what: what(count) });
  expect(rows()).toEqual([expect.stringContaining(`${what(300)} \u00b7`)]);
  expect(rows()[0]).toMatch(/ 300 times$/);
});
it('requests of ever other names that nobody knows are one row', () => {
  const { tell, rows } = setUp();
  for (let count = 1; count <= 300; count += 1)
    tell({ kind: 'refused', what: `X${count}`, status: 405, why: 'the phone does not take such requests' });
  expect(rows()).toEqual([
    'Message refused: X300 \u00b7 405 \u00b7 the phone does not take such requests \u00b7 300 times',
  ]);
});
it('what comes again after a minute is a row of its own', async () => {
  const { clock, tell, rows } = setUp();
  tell(REPAIRED);
  await clock.advance(60_000);
  tell(REPAIRED);
  await clock.advance(60_001);
  tell(REPAIRED);
  expect(rows()).toEqual([
    'Message repaired: INVITE \u00b7 a name without quotes \u00b7 2 times',
    'Message repaired: INVITE \u00b7 a name without quotes',
  ]);
});
