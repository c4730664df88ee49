import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import type { NewAuditEntry } from './audit-log';
import { createRefusalFloods, FIRST_SPAN_MS } from './refusal-floods';

const ipc = (channel: string, reason: 'invalid-input' | 'unknown-channel' = 'invalid-input'): NewAuditEntry => ({
  what: 'refusal',
  profileId: '',
  purpose: 'ipc',
  reason,
  channel,
});
function setUp() {
  const clock = createFakeClock();
  const written: NewAuditEntry[] = [];
  const floods = createRefusalFloods((entry) => written.push(entry), clock);
  return { clock, written, floods };
}

describe('a flood of one refusal', () => {
  it('is a line at once, and one with the count of those that followed', async () => {
    const { clock, written, floods } = setUp();
    for (let count = 0; count < 1_000; count += 1) floods.append(ipc('keys.remove'));
    floods.append(ipc('profiles.save'));
    expect(written).toEqual([ipc('keys.remove'), ipc('profiles.save')]);
    await clock.advance(FIRST_SPAN_MS);
    expect(written.slice(2)).toEqual([{ ...ipc('keys.remove'), count: 999 }]);
  });

  it('that goes on for ten minutes is some twenty lines, and none is lost', async () => {
    const { clock, written, floods } = setUp();
    for (let tenth = 0; tenth < 6_000; tenth += 1) {
      floods.append(ipc('keys.remove'));
      await clock.advance(100);
    }
    floods.settle();
    expect(written.length).toBeLessThan(20);
    expect(written.reduce((sum, entry) => sum + (entry.what === 'refusal' ? (entry.count ?? 1) : 0), 0)).toBe(6_000);
  });

  it('with names that are made up is one flood, too', async () => {
    const { clock, written, floods } = setUp();
    for (let count = 0; count < 500; count += 1) {
      floods.append(ipc(`evil.${count}`, 'unknown-channel'));
      floods.append({ what: 'refusal', profileId: `p${count}`, purpose: 'sip', reason: 'unknown-profile' });
    }
    await clock.advance(FIRST_SPAN_MS);
    expect(written).toHaveLength(4);
    expect(written.slice(2)).toMatchObject([
      { channel: '(many)', count: 499 },
      { profileId: '', count: 499 },
    ]);
  });

  it('leaves everything else alone, and a single refusal as it is', async () => {
    const { clock, written, floods } = setUp();
    const key: NewAuditEntry = { what: 'profile', profileId: 'work', change: 'changed' };
    floods.append(key);
    floods.append(key);
    floods.append(ipc('keys.remove'));
    await clock.advance(FIRST_SPAN_MS);
    floods.append(ipc('keys.remove'));
    expect(written).toEqual([key, key, ipc('keys.remove'), ipc('keys.remove')]);
  });
});
