import { describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import type { AnyGrant } from '../../contracts/profile/grant';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { Trial } from './broker';
import {
  createConnectionTests,
  LONGEST_TEST_MS,
  MOST_TESTS,
  testInstanceId,
  TESTS_WITHIN_MS,
} from './connection-tests';
import { practiceProfile } from '../profiles/practice-profile';

const LINE_ID = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
const profile = { ...practiceProfile(null, null), id: 'work', name: 'Work' };
const sipGrant: AnyGrant = {
  profileId: 'work',
  purpose: 'sip',
  issuedAt: 0,
  expiresAt: 300_000,
  fingerprint: '01234567',
  presentation: { kind: 'main-injected' },
  url: 'wss://pbx.example.com/ws',
  identity: '1001@pbx.example.com',
  displayName: '',
  instanceId: LINE_ID,
  iceServers: [],
};

function setUp(
  answer: (end: () => Promise<void>) => Result<Trial> = (end) =>
    ok({ grant: sipGrant, token: 'token-1', issuedAt: 0, expiresAt: 300_000, fingerprint: '01234567', end }),
) {
  const clock = createFakeClock();
  const ended = vi.fn(() => Promise.resolve());
  const steps: string[] = [];
  const audited: unknown[] = [];
  let made = 0;
  const tests = createConnectionTests({
    profiles: { find: (id) => (id === 'work' ? profile : null) },
    broker: {
      trial: (id, purpose) => {
        steps.push(`mint ${id} ${purpose}`);
        return Promise.resolve(answer(ended));
      },
    },
    requests: {
      keepForTest: (testId, grant, token) => steps.push(`keep ${testId} ${grant.purpose} ${token ?? 'none'}`),
      forgetTest: (testId) => steps.push(`forget ${testId}`),
    },
    resetProvider: (id) => steps.push(`reset ${id}`),
    clock: { monotonic: clock.now, after: clock.after },
    newId: () => `test-${(made += 1)}`,
    audit: (entry) => audited.push(entry),
  });
  const begin = async (profileId = 'work') => tests.handlers['profiles.test']({ profileId });
  return { tests, begin, steps, audited, ended, clock };
}

describe('a test of a connection', () => {
  it('asks a provider anew before it mints, and registers as another instance than the line', async () => {
    const { begin, steps } = setUp();
    const test = await begin();
    expect(steps).toEqual(['reset work', 'mint work sip', 'keep test-1 sip token-1']);
    expect(test).toMatchObject({
      value: {
        testId: 'test-1',
        purpose: 'sip',
        lifeS: 300,
        fingerprint: '01234567',
        grant: { instanceId: testInstanceId(LINE_ID) },
      },
    });
    expect(JSON.stringify(test)).not.toContain('token-1');
  });

  it('revokes its token: at its end, at the next one of that line, after a while, and when the phone is locked', async () => {
    const { tests, begin, ended, steps, clock } = setUp();
    await begin();
    await tests.handlers['profiles.testDone']({ testId: 'test-1' });
    await tests.handlers['profiles.testDone']({ testId: 'test-1' });
    expect(ended).toHaveBeenCalledTimes(1);
    await begin();
    await begin();
    expect(ended).toHaveBeenCalledTimes(2);
    await clock.advance(LONGEST_TEST_MS);
    expect(ended).toHaveBeenCalledTimes(3);
    await begin();
    tests.endAll();
    expect(ended).toHaveBeenCalledTimes(4);
    expect(steps.filter((step) => step.startsWith('forget'))).toHaveLength(4);
    expect(clock.waiting()).toBe(0);
  });

  it('has a rate of its own, and a refusal of that is in the audit log', async () => {
    const { begin, clock, audited, steps } = setUp();
    for (let count = 0; count < MOST_TESTS; count += 1) expect((await begin()).ok).toBe(true);
    expect(await begin()).toMatchObject({ failure: { reason: 'rate-limited', retryAfterMs: TESTS_WITHIN_MS } });
    expect(steps.filter((step) => step.startsWith('mint'))).toHaveLength(MOST_TESTS);
    expect(audited).toEqual([{ what: 'refusal', profileId: 'work', purpose: 'test', reason: 'rate-limited' }]);
    await clock.advance(TESTS_WITHIN_MS);
    expect((await begin()).ok).toBe(true);
  });

  it('that got no token gives nothing', async () => {
    const { begin, steps } = setUp(() => fail('provider-refused', 'The provider refused the key.'));
    expect(await begin()).toMatchObject({ failure: { reason: 'provider-refused' } });
    expect(await begin('nobody')).toMatchObject({ failure: { reason: 'unknown-profile' } });
    expect(steps.some((step) => step.startsWith('keep'))).toBe(false);
  });
});

it('the instance-id of tests is a UUID of its own, always the same', () => {
  const id = testInstanceId(LINE_ID);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(id).not.toBe(LINE_ID);
  expect(testInstanceId(LINE_ID)).toBe(id);
});
