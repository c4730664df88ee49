import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Grant } from '../../contracts/profile/grant';
import { fail, ok, type Failure, type Result } from '../../contracts/base/result';
import { systemClock } from '../base/clock';
import { createGrantRenewal, renewalDelay, retryDelay, type GrantRenewal } from './grant-renewal';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

const grantOf = (lifeS: number, profileId = 'practice'): Grant => ({
  profileId,
  purpose: 'sip',
  issuedAt: Date.now(),
  expiresAt: Date.now() + lifeS * 1000,
  fingerprint: '01234567',
  presentation: { kind: 'main-injected' },
  url: 'ws://127.0.0.1:4000/',
  identity: '1001@practice.ringfence.local',
  displayName: '',
  instanceId: '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11',
  iceServers: [],
});

function setUp(lifeS = 300) {
  const renewed: number[] = [];
  const failed: Failure[] = [];
  let refusal: Result<Grant> | null = null;
  const mint = vi.fn((profileId: string): Promise<Result<Grant>> => {
    if (refusal !== null) return Promise.resolve(refusal);
    const grant = grantOf(lifeS, profileId);
    renewal.issued(grant); // as the broker does
    return Promise.resolve(ok(grant));
  });
  const renewal: GrantRenewal = createGrantRenewal({
    clock: systemClock,
    random: () => 0,
    mint,
    onRenewed: () => renewed.push(Date.now()),
    onFailed: (_profile, _purpose, failure) => failed.push(failure),
  });
  return { renewal, mint, renewed, failed, refuse: (result: Result<Grant> | null) => (refusal = result) };
}
const seconds = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 1000);

describe('when a grant is renewed', () => {
  it.each([
    [3600, 2880],
    [300, 240],
    [150, 120],
    [100, 70],
    [60, 30],
    [10, 5],
    [2, 1],
    [1, 1],
  ])('a life of %i s: after %i s', (life, expected) => {
    expect(renewalDelay(life * 1000)).toBe(expected * 1000);
  });

  it('failures back off, with jitter, up to 30 s', () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((failures) => retryDelay(failures, 0))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    expect(retryDelay(1, 0.999)).toBeCloseTo(500.5);
  });
});

describe('the renewal', () => {
  it('mints ahead of expiry, again and again, while the grant is watched', async () => {
    const { renewal, mint, renewed } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    await seconds(239);
    expect(mint).not.toHaveBeenCalled();
    await seconds(1);
    expect(mint).toHaveBeenCalledExactlyOnceWith('practice', 'sip');
    await seconds(240);
    expect(renewed).toEqual([1_240_000, 1_480_000]);
    renewal.unwatch('practice', 'sip');
    await seconds(1000);
    expect(mint).toHaveBeenCalledTimes(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves alone what nobody watches, and watches what was made before', async () => {
    const { renewal, mint } = setUp();
    renewal.issued(grantOf(300));
    await seconds(200);
    renewal.watch('practice', 'sip');
    await seconds(39);
    expect(mint).not.toHaveBeenCalled();
    await seconds(1);
    expect(mint).toHaveBeenCalledOnce();
  });

  it('does not ask for a first grant by itself', async () => {
    const { renewal, mint } = setUp();
    renewal.watch('practice', 'sip');
    await seconds(1000);
    expect(mint).not.toHaveBeenCalled();
  });

  it('starts anew with each grant that the renderer asked for', async () => {
    const { renewal, mint } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    await seconds(200);
    renewal.issued(grantOf(300));
    await seconds(239);
    expect(mint).not.toHaveBeenCalled();
  });

  it('notices within 10 s that the wall clock jumped ahead', async () => {
    const { renewal, mint } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    await seconds(1);
    vi.setSystemTime(Date.now() + 3_600_000);
    await seconds(9);
    expect(mint).toHaveBeenCalledOnce();
  });

  it('is not late when the wall clock was set back', async () => {
    const { renewal, mint } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    vi.setSystemTime(Date.now() - 3_600_000);
    await seconds(240);
    expect(mint).toHaveBeenCalledOnce();
  });

  it('looks at once when the computer woke up', async () => {
    const { renewal, mint } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    vi.setSystemTime(Date.now() + 280_000);
    renewal.check();
    await seconds(0);
    expect(mint).toHaveBeenCalledOnce();
  });

  it('tells each failure, backs off, and recovers', async () => {
    const { renewal, mint, failed, renewed, refuse } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    refuse(fail('key-locked', 'The keychain is locked.', 'unlock-keychain'));
    await seconds(240);
    expect(failed).toMatchObject([{ reason: 'key-locked', retryAfterMs: 1000 }]);
    await seconds(1);
    await seconds(2);
    expect(failed.map((each) => each.retryAfterMs)).toEqual([1000, 2000, 4000]);
    refuse(null);
    await seconds(4);
    expect(renewed).toHaveLength(1);
    await seconds(239);
    expect(mint).toHaveBeenCalledTimes(4);
    await seconds(1);
    expect(mint).toHaveBeenCalledTimes(5);
  });

  it('waits as long as the failure says', async () => {
    const { renewal, mint, refuse } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    refuse(fail('provider-refused', 'Later.', 'retry', { retryAfterMs: 60_000 }));
    await seconds(240);
    await seconds(59);
    expect(mint).toHaveBeenCalledTimes(1);
    await seconds(1);
    expect(mint).toHaveBeenCalledTimes(2);
  });

  it('mints once at a time, however long that takes', async () => {
    let finish: (result: Result<Grant>) => void = () => undefined;
    const mint = vi.fn(() => new Promise<Result<Grant>>((resolve) => (finish = resolve)));
    const renewal = createGrantRenewal({
      clock: systemClock,
      random: () => 0,
      mint,
      onRenewed: () => undefined,
      onFailed: () => undefined,
    });
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    await seconds(240);
    renewal.check();
    renewal.renewNow('practice');
    await seconds(100);
    expect(mint).toHaveBeenCalledOnce();
    finish(fail('internal', 'No.'));
    await seconds(0);
    renewal.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('renews at once after a change of key, of this profile only', async () => {
    const { renewal, mint } = setUp();
    for (const id of ['practice', 'other']) {
      renewal.watch(id, 'sip');
      renewal.issued(grantOf(300, id));
    }
    renewal.renewNow('other');
    await seconds(0);
    expect(mint.mock.calls.map(([id]) => id)).toEqual(['other']);
  });

  it('forgets a profile that is gone', async () => {
    const { renewal, mint } = setUp();
    renewal.watch('practice', 'sip');
    renewal.issued(grantOf(300));
    renewal.forget('practice');
    await seconds(1000);
    expect(mint).not.toHaveBeenCalled();
  });
});

describe('a grant of an untried key', () => {
  const KEY = 'e07c1b95';
  const untried = (lifeS: number): Grant => ({ ...grantOf(lifeS), untriedKey: KEY });

  it('is renewed by nobody but whoever tries it, however short its life, until its token was accepted', async () => {
    const { renewal, mint } = setUp(10);
    renewal.watch('practice', 'sip');
    renewal.issued(untried(10));
    await seconds(3_600);
    expect(mint).not.toHaveBeenCalled();
    renewal.issued(untried(10));
    renewal.accepted('practice', '01234567');
    renewal.accepted('other', KEY);
    await seconds(3_600);
    expect(mint).not.toHaveBeenCalled();
    renewal.issued(untried(10));
    renewal.accepted('practice', KEY);
    await seconds(5);
    expect(mint).toHaveBeenCalledTimes(1);
  });

  it('is renewed like any other once its key is known, and at once when the key changes', async () => {
    const { renewal, mint } = setUp(10);
    renewal.watch('practice', 'sip');
    renewal.issued(untried(10));
    renewal.accepted('practice', KEY);
    renewal.issued(untried(10));
    await seconds(5);
    expect(mint).toHaveBeenCalledTimes(1);
    renewal.issued({ ...grantOf(300), untriedKey: 'aaaaaaaa' });
    renewal.renewNow('practice');
    await seconds(0);
    expect(mint).toHaveBeenCalledTimes(2);
  });
});
