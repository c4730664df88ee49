/**
 * The torture messages of RFC 4475 and RFC 5118, played to a phone: as written and with its own Contact as their target,
 * idle and in a call. docs/conformance.md is what came out (`npx vitest run --project integration torture -u` writes it).
 */
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdTime } from '../support/phones/played-phone';
import { conformance } from '../support/torture/conformance';
import { tortureMessages } from '../support/torture/torture-messages';
import { playTorture, type Outcome } from '../support/torture/torture-run';

const page = join(resolve(import.meta.dirname, '../..'), 'docs', 'conformance.md');

beforeEach(holdTime);
afterEach(() => {
  vi.useRealTimers();
});

interface Row {
  readonly written: Outcome;
  readonly ours: Outcome;
  readonly inCall: readonly [written: Outcome, ours: Outcome];
}
const rows = new Map<string, Row>();

describe('each torture message', () => {
  it.each(tortureMessages.map((message) => [message.name, message] as const))(
    '%s is answered as it should be, or the page says why not',
    async (name, message) => {
      const row: Row = {
        written: await playTorture(message, 'as written', false),
        ours: await playTorture(message, 'ours', false),
        inCall: [await playTorture(message, 'as written', true), await playTorture(message, 'ours', true)],
      };
      rows.set(name, row);
      const { right = [], why = {} } = conformance[name] ?? {};
      const written = [row.written, row.inCall[0]].filter((outcome) => outcome !== '404');
      const wrong = [...written, row.ours, row.inCall[1]].filter((outcome) => !right.includes(outcome));
      expect([...new Set(wrong)].sort()).toEqual(Object.keys(why).sort());
    },
  );
});

/** A cell of a table in Markdown. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function pageOf(): string {
  const lines = tortureMessages.map(({ name, section, title }) => {
    const { wants = '', why = {} } = conformance[name] ?? {};
    const row = rows.get(name) ?? { written: '?', ours: '?', inCall: ['?', '?'] };
    const same = row.inCall[0] === row.written && row.inCall[1] === row.ours;
    const notes = Object.entries(why).map(([outcome, reason]) => `${outcome}: ${reason}`);
    const cells = [`\`${name}\``, section.replace('section ', ''), title, wants, row.written, row.ours];
    return `| ${[...cells, same ? 'the same' : row.inCall.join(', '), notes.join('; ')].map(cell).join(' | ')} |`;
  });
  return `# Conformance: what the phone does with the torture messages of SIP

A test writes this page (\`npx vitest run --project integration torture -u\`) and fails when the phone does anything else
(\`test/integration/torture.test.ts\`). Each message of RFC 4475 and RFC 5118 comes in one WebSocket frame, as written and
with the phone's own Contact as its request URI, to an idle phone and to one in a call. The call is there afterwards, and
the phone takes the next one.

* **488**: it is taken as a call, whose offer is plain RTP alone: no browser takes that, so it rings nobody.
* **404**: the request is for somebody else, which is right as written (RFC 3261 section 8.2.2.1).
* **nothing**: it is a response to nothing that the phone asked.

| Message | RFC | What it is | The RFC wants | As written | With our Contact | In a call | Why otherwise |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}

it('is told by docs/conformance.md as it is', async () => {
  expect(rows.size).toBe(tortureMessages.length);
  await expect(pageOf()).toMatchFileSnapshot(page);
});

afterAll(() => {
  expect(Object.keys(conformance).sort()).toEqual(tortureMessages.map(({ name }) => name).sort());
});
