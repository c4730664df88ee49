import { describe, expect, it } from 'vitest';
import { endCause, type EndCause } from '../../../contracts/call/call';
import { endOf, type EndFacts } from './cause';
import { causeOfQ850, causeOfStatus } from './cause-codes';

const facts: EndFacts = {
  direction: 'outgoing',
  rang: false,
  answered: false,
  by: 'peer',
  status: null,
  phrase: '',
  reason: null,
  trouble: null,
};

describe('causeOfStatus', () => {
  it.each<[EndCause, readonly number[]]>([
    ['redirect-failed', [300, 301, 302, 305, 380, 399]],
    ['failed', [400, 409, 411, 412, 413, 417, 420, 421, 422, 423, 424, 425, 439, 440, 469, 481, 489, 491, 499, 699]],
    ['refused', [401, 402, 403, 405, 407, 429, 470, 494]],
    ['not-found', [404, 410, 414, 416, 485, 604]],
    ['incomplete', [484]],
    ['not-acceptable', [406, 415, 488, 493, 606]],
    ['no-answer', [408, 480, 487]],
    ['unverified', [428, 436, 437, 438]],
    ['anonymous-refused', [433]],
    ['loop', [482, 483]],
    ['busy', [486, 600]],
    ['unreachable', [430, 500, 501, 502, 503, 504, 505, 513, 555, 580, 599]],
    ['declined-by-peer', [603]],
    ['unwanted', [607]],
    ['blocked', [608]],
  ])('%s: %j', (cause, statuses) => {
    for (const status of statuses) expect(`${status} ${causeOfStatus(status)}`).toBe(`${status} ${cause}`);
  });
  it('has a cause for every final status there can be', () => {
    for (let status = 300; status < 700; status += 1) expect(endCause.options).toContain(causeOfStatus(status));
  });
});

describe('causeOfQ850', () => {
  it.each<[EndCause | null, readonly number[]]>([
    ['not-found', [1, 2, 3, 5, 22]],
    ['incomplete', [28]],
    ['busy', [17]],
    ['no-answer', [18, 19]],
    ['declined-by-peer', [21]],
    ['anonymous-refused', [24]],
    ['loop', [25]],
    ['unreachable', [4, 20, 27, 34, 38, 41, 42, 44, 47, 49, 58, 63, 79, 102]],
    ['refused', [29, 50, 52, 53, 54, 55, 57, 87]],
    ['not-acceptable', [65, 66, 70, 88]],
    [null, [0, 16, 26, 30, 31, 111, 127, 128, 502]],
  ])('%s: %j', (expected, causes) => {
    for (const cause of causes) {
      expect(causeOfQ850(cause)).toBe(expected);
      // Beside a status that gateways make of many a cause, it decides; what says nothing leaves the status its word.
      const end = endOf({ ...facts, status: 500, phrase: 'X', reason: `Q.850;cause=${cause};text="X"` });
      expect(`${cause} ${end.cause}`).toBe(`${cause} ${expected ?? 'unreachable'}`);
    }
  });
});
