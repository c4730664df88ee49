import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import type { Profile } from '../../contracts/profile/profile';
import type { RemoteStatus } from '../../contracts/call/remote-call';
import { SNAPSHOT_LIMIT } from '../../contracts/call/remote-call-schema';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { KeyHandle } from '../keys/keys';
import { SNAPSHOT_FRESH_MS, createRemoteCallHandlers } from './remote-calls';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (id: string, more: object = {}): Profile =>
  exampleProfile({
    id,
    name: 'Desk',
    environment: 'development',
    provider: { kind: 'sippet', baseUrl: 'http://127.0.0.1:1' },
    identity: '',
    gatewayUrl: '',
    presentation: { kind: 'digest' },
    policy: { purposes: ['events'] },
    ...more,
  });
const row = (callUuid: string, status: RemoteStatus = 'ringing') => ({
  callUuid,
  status,
  fromNumber: '',
  toNumber: '',
  startedAt: null,
  endedAt: null,
});

function setUp(answers: { list?: Result<ReturnType<typeof row>[]>[]; end?: Result<null>[] } = {}) {
  const clock = createFakeClock();
  const audited: NewAuditEntry[] = [];
  const logged: string[] = [];
  const asked: string[] = [];
  const profiles = new Map<string, Profile>([
    ['desk', line('desk')],
    [
      'silent',
      line('silent', { policy: { purposes: ['sip'] }, identity: '1001@h.example', gatewayUrl: 'wss://h.example/' }),
    ],
    ['own', line('own', { provider: { kind: 'local-jwt', audience: 'x' } })],
  ]);
  const key: KeyHandle = { fingerprint: '5f3a91c2', open: () => Promise.resolve(fail('key-absent', 'S.')) };
  const handlers = createRemoteCallHandlers({
    profiles: { find: (id) => profiles.get(id) ?? null },
    keys: { active: () => Promise.resolve(ok(key)) },
    sippet: {
      listCalls: () => {
        asked.push('list');
        return Promise.resolve(answers.list?.shift() ?? ok([]));
      },
      endCall: (_profile, _key, callUuid) => {
        asked.push(`end ${callUuid}`);
        return Promise.resolve(answers.end?.shift() ?? ok(null));
      },
    },
    clock: { monotonic: clock.now, after: clock.after },
    audit: (entry) => audited.push(entry),
    log: { info: () => undefined, warn: (text) => logged.push(text), error: () => undefined },
  });
  return { ...handlers, clock, audited, logged, asked };
}
const unreachable = (retryAfterMs?: number) =>
  fail('provider-unreachable', 'S.', 'retry', retryAfterMs === undefined ? {} : { retryAfterMs });

describe('the snapshot', () => {
  it('is asked for once a second at most, and never longer than IPC takes', async () => {
    const at = setUp({ list: [ok(Array.from({ length: SNAPSHOT_LIMIT + 5 }, (_, index) => row(String(index))))] });
    const [first, second] = await Promise.all([
      at['events.snapshot']({ profileId: 'desk' }),
      at['events.snapshot']({ profileId: 'desk' }),
    ]);
    expect(first).toBe(second);
    expect(first.ok && first.value.calls.length).toBe(SNAPSHOT_LIMIT);
    expect(at.asked).toEqual(['list']);
    await at.clock.advance(SNAPSHOT_FRESH_MS);
    await at['events.snapshot']({ profileId: 'desk' });
    expect(at.asked).toEqual(['list', 'list']);
  });
  it('names those under way first when there are more calls than IPC takes', async () => {
    const at = setUp({
      list: [
        ok([
          ...Array.from({ length: SNAPSHOT_LIMIT }, (_, index) => row(String(index), 'completed')),
          row('here', 'answered'),
          row('new'),
        ]),
      ],
    });
    const listed = await at['events.snapshot']({ profileId: 'desk' });
    expect(listed.ok && listed.value.calls.slice(0, 3).map(({ callUuid }) => callUuid)).toEqual(['here', 'new', '0']);
    expect(listed.ok && listed.value.calls.length).toBe(SNAPSHOT_LIMIT);
  });
  it('is empty where the system sends what it knows with the join', async () => {
    const at = setUp();
    expect(await at['events.snapshot']({ profileId: 'own' })).toEqual(ok({ calls: [], canEnd: false }));
    expect(at.asked).toEqual([]);
  });
  it.each([
    ['gone', 'unknown-profile'],
    ['silent', 'unknown-purpose'],
  ])('of a line %s is refused as %s, audited and logged', async (profileId, reason) => {
    const at = setUp();
    for (const outcome of [
      await at['events.snapshot']({ profileId }),
      await at['events.endCall']({ profileId, callUuid: 'a' }),
    ])
      expect(outcome).toMatchObject({ ok: false, failure: { reason } });
    expect(at.audited).toMatchObject([
      { what: 'refusal', profileId, purpose: 'list-calls', reason },
      { what: 'refusal', profileId, purpose: 'end-call', reason },
    ]);
    expect(at.logged).toHaveLength(2);
    expect(at.asked).toEqual([]);
  });
});

describe('the end of a call', () => {
  it('is tried again when the system was not there, and each failure is audited and logged', async () => {
    const at = setUp({ end: [unreachable(), unreachable(2_000)] });
    const outcome = at['events.endCall']({ profileId: 'desk', callUuid: 'a' });
    await at.clock.advance(500);
    expect(at.asked).toHaveLength(2);
    await at.clock.advance(1_999);
    expect(at.asked).toHaveLength(2);
    await at.clock.advance(1);
    expect(await outcome).toEqual(ok(null));
    expect(at.asked).toEqual(['end a', 'end a', 'end a']);
    expect(at.audited).toEqual([
      { what: 'refusal', profileId: 'desk', purpose: 'end-call', reason: 'provider-unreachable' },
      { what: 'refusal', profileId: 'desk', purpose: 'end-call', reason: 'provider-unreachable' },
      { what: 'remote-call', profileId: 'desk', callUuid: 'a', change: 'ended' },
    ]);
    expect(at.logged).toHaveLength(2);
  });
  it('fails after three tries, at once when the key is refused, and when the wait is too long', async () => {
    const thrice = setUp({ end: [unreachable(), unreachable(), unreachable()] });
    const outcome = thrice['events.endCall']({ profileId: 'desk', callUuid: 'a' });
    await thrice.clock.advance(10_000);
    expect(await outcome).toMatchObject({ ok: false, failure: { reason: 'provider-unreachable' } });
    expect(thrice.asked).toHaveLength(3);
    for (const refused of [fail('provider-refused', 'S.', 'open-keys'), unreachable(60_000)]) {
      const once = setUp({ end: [refused] });
      expect(await once['events.endCall']({ profileId: 'desk', callUuid: 'a' })).toEqual(refused);
      expect(once.asked).toHaveLength(1);
    }
  });
  it('is asked for once however often the window asks, and not for many calls at once', async () => {
    const at = setUp({ end: Array.from({ length: 8 }, () => unreachable()) });
    const end = async (callUuid: string) => at['events.endCall']({ profileId: 'desk', callUuid });
    const twice = [end('a'), end('a')];
    for (let each = 0; each < 7; each += 1) void at['events.endCall']({ profileId: 'desk', callUuid: `b${each}` });
    expect(await at['events.endCall']({ profileId: 'desk', callUuid: 'c' })).toMatchObject({
      ok: false,
      failure: { reason: 'rate-limited' },
    });
    expect(at.asked).not.toContain('end c');
    await at.clock.advance(10_000);
    expect(await Promise.all(twice)).toEqual([ok(null), ok(null)]);
    expect(at.asked.filter((each) => each === 'end a')).toHaveLength(2);
    expect(await at['events.endCall']({ profileId: 'desk', callUuid: 'c' })).toEqual(ok(null));
  });
  it('can not be had of a system that ends no calls for us', async () => {
    const at = setUp();
    expect(await at['events.endCall']({ profileId: 'own', callUuid: 'a' })).toMatchObject({
      ok: false,
      failure: { reason: 'profile-invalid' },
    });
    expect(at.asked).toEqual([]);
  });
});
