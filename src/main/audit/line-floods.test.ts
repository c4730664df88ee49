import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import type { NewAuditEntry } from './audit-log';
import { AS_THEY_COME, createLineFloods, FIRST_SPAN_MS, LONGEST_SPAN_MS } from './line-floods';

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
  const floods = createLineFloods((entry) => written.push(entry), { after: clock.after, monotonic: clock.now });
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

describe('a flood of tokens', () => {
  const mint = (profileId: string, fingerprint: string): NewAuditEntry => ({
    what: 'mint',
    profileId,
    purpose: 'sip',
    fingerprint,
    lifeS: 300,
    cause: 'asked',
  });
  const hex = (n: number): string => n.toString(16).padStart(8, '0');
  const countOf = (entries: readonly NewAuditEntry[]): number =>
    entries.reduce((sum, entry) => sum + (entry.what === 'mint' ? (entry.count ?? 1) : 0), 0);

  it('is a line for each as long as a person could mean it, then one with the count and the last fingerprint', async () => {
    const { clock, written, floods } = setUp();
    const { burst } = AS_THEY_COME.mint;
    for (let n = 0; n < burst + 500; n += 1) floods.append(mint('work', hex(n)));
    expect(written).toEqual(Array.from({ length: burst }, (_, n) => mint('work', hex(n))));
    await clock.advance(LONGEST_SPAN_MS);
    expect(written.slice(burst)).toEqual([{ ...mint('work', hex(burst + 499)), count: 500 }]);
  });

  it('of profiles that a page makes for it is some dozens of lines an hour, and none is lost', async () => {
    const { clock, written, floods } = setUp();
    // An hour of ten a second, each in the name of another profile.
    for (let n = 0; n < 36_000; n += 1) {
      floods.append(mint(`p${n % 5_000}`, hex(n)));
      await clock.advance(100);
    }
    floods.settle();
    expect(countOf(written)).toBe(36_000);
    // Of 36,000 lines: what comes through as it is, and a line for each kind that is told apart in ten minutes.
    expect(written.length).toBeLessThan(AS_THEY_COME.mint.burst + 3_600 * AS_THEY_COME.mint.perSecond + 7 * 101);
    const crowd = written.filter((entry) => entry.what === 'mint' && entry.profileId === '');
    expect(countOf(crowd)).toBeGreaterThan(20_000);
  });

  it('that comes by and by, as main renews tokens of a short life, keeps each fingerprint', async () => {
    const { clock, written, floods } = setUp();
    for (let n = 0; n < 1_000; n += 1) {
      floods.append(mint('work', hex(n)));
      await clock.advance(5_000);
    }
    expect(written).toHaveLength(1_000);
  });

  it('of a key that the gateway does not know is a line at once, and some with their counts', async () => {
    const { clock, written, floods } = setUp();
    const untried = (n: number): NewAuditEntry =>
      ({ ...mint('work', hex(n)), untriedKey: 'e07c1b95' }) as NewAuditEntry;
    let n = 0;
    // As the phone tries it: after 5 s, doubled up to a minute.
    for (const wait of [5, 10, 20, 40, ...Array.from({ length: 56 }, () => 60)]) {
      floods.append(untried((n += 1)));
      await clock.advance(wait * 1_000);
    }
    expect(written[0]).toEqual(untried(1));
    expect(written[1]).toEqual({ ...untried(4), count: 3 });
    expect(written.length).toBeLessThan(10);
    floods.settle();
    expect(countOf(written)).toBe(60);
    // The same line's other tokens are no part of it.
    floods.append(mint('work', hex(99)));
    expect(written.at(-1)).toEqual(mint('work', hex(99)));
  });

  it('is the same for calls of an assistant, its tools, and tokens that were ended', async () => {
    const { clock, written, floods } = setUp();
    const callId = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
    for (let n = 0; n < 1_000; n += 1) {
      floods.append({ what: 'voice-call', profileId: 'voice', callId, step: 'placed' });
      floods.append({ what: 'tool', profileId: 'voice', callId, tool: `made-up-${n}`, outcome: 'refused' });
      floods.append({ what: 'revoke', profileId: 'work', purpose: 'sip', fingerprint: hex(n), outcome: 'ended' });
    }
    expect(written).toHaveLength(600);
    await clock.advance(LONGEST_SPAN_MS);
    expect(written.slice(600)).toMatchObject([
      { what: 'voice-call', count: 800 },
      { what: 'tool', tool: '(many)', count: 800 },
      { what: 'revoke', count: 800 },
    ]);
  });
});

it('a refusal now and then, of as many kinds as a page can make up, fills no log', async () => {
  const { clock, written, floods } = setUp();
  // Slow enough that each flood seems to be over before the next one begins.
  for (let n = 0; n < 3_600; n += 1) {
    for (const channel of ['keys.remove', 'profiles.save', 'audit.export', 'keys.promote']) floods.append(ipc(channel));
    await clock.advance(1_100);
  }
  floods.settle();
  expect(written.length).toBeLessThan(600);
  expect(written.reduce((sum, entry) => sum + (entry.what === 'refusal' ? (entry.count ?? 1) : 0), 0)).toBe(4 * 3_600);
});
