import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../contracts/audit/audit';
import type { AuditQuery } from '../../contracts/audit/audit-query';
import { exportAudit, queryAudit } from './audit-scan';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 16, minute)).toISOString();
const LINES: readonly AuditEntry[] = [
  { what: 'mint', at: at(0), profileId: 'work', purpose: 'sip', fingerprint: '0123abcd', lifeS: 300, cause: 'asked' },
  { what: 'refusal', at: at(1), profileId: 'lab', purpose: 'sip', reason: 'rate-limited' },
  { what: 'key', at: at(2), profileId: 'work', slot: 'next', change: 'added', fingerprint: 'deadbeef' },
  { what: 'refusal', at: at(3), profileId: '', purpose: 'ipc', reason: 'unknown-channel', channel: '=CMD("x"),\n' },
  {
    what: 'tool',
    at: at(4),
    profileId: 'voice',
    callId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
    tool: 'Über "what":"mint"',
    outcome: 'refused',
  },
];
const written = (lines: readonly AuditEntry[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const kept = { texts: [written(LINES.slice(3)), `cut off{"what":"mint"\n${written(LINES.slice(0, 3))}`], newest: 5 };
const found = (query: Partial<AuditQuery>) =>
  queryAudit(kept, { limit: 100, ...query }).entries.map(({ entry }) =>
    LINES.findIndex((line) => line.at === entry.at),
  );

describe('the audit log', () => {
  it.each<[string, Partial<AuditQuery>, number[]]>([
    ['everything, newest first', {}, [4, 3, 2, 1, 0]],
    ['by kind', { what: 'refusal' }, [3, 1]],
    ['by kind, whatever a value says', { what: 'mint' }, [0]],
    ['by line', { profileId: 'work' }, [2, 0]],
    ['from a time on', { from: at(3) }, [4, 3]],
    ['from a time on, written in another way', { from: '2026-11-21T16:03:00Z' }, [4, 3]],
    ['before a time', { to: at(1) }, [0]],
    ['by a fingerprint, in any case', { text: 'DEADBEEF' }, [2]],
    ['by a reason as it is shown', { text: 'rate limited' }, [1]],
    ['by a text with quotes and letters of other alphabets', { text: 'über "what"' }, [4]],
    ['by a text that only a name has', { text: 'profileid' }, []],
    ['by a part of a name that is in a value, too', { text: 'channel' }, [3]],
    ['by all of them', { what: 'key', profileId: 'work', text: 'added', from: at(0), to: at(5) }, [2]],
  ])('is found %s', (_how, query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it('comes in pages, and says how many there are', () => {
    const first = queryAudit(kept, { limit: 2 });
    // The line that was cut off counts, and is not shown.
    expect(first).toMatchObject({ matching: 6, kept: 6 });
    const second = queryAudit(kept, { limit: 2, before: first.entries.at(-1)?.n ?? 0 });
    expect([...first.entries, ...second.entries].map(({ entry }) => entry.at)).toEqual([at(4), at(3), at(2), at(1)]);
    // Two more lines were written meanwhile: numbers stay.
    const later = {
      texts: [written([...LINES.slice(3), { ...LINES[1], at: at(6) } as AuditEntry]), kept.texts[1] ?? ''],
      newest: 6,
    };
    expect(queryAudit(later, { limit: 2, before: first.entries.at(-1)?.n ?? 0 }).entries).toEqual(second.entries);
  });

  it('is exported as a table that no spreadsheet takes for formulas', async () => {
    const { text, count } = await exportAudit(kept, {}, 'csv');
    const rows = text.split('\r\n');
    expect(count).toBe(5);
    expect(rows[0]).toMatch(/^at,what,profileId,purpose,/);
    expect(text).toContain(`"'=CMD(""x""),\n"`);
    expect(rows.at(-2)).toContain(`${at(0)},mint,work,sip,0123abcd,300,asked`);
  });

  it('is exported as lines of JSON, as the filter says', async () => {
    const { text, count } = await exportAudit(kept, { what: 'refusal' }, 'jsonl');
    expect(count).toBe(2);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([LINES[3], LINES[1]]);
  });
});
