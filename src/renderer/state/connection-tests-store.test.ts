import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { testGrant } from '../../../test/support/phones/grants';
import { createScriptedApi } from '../../../test/support/ui-preview/scripted-api';
import { auditEntry } from '../../contracts/audit/audit';
import { profile as profileSchema } from '../../contracts/profile/profile';
import { fail, ok, type Failure } from '../../contracts/base/result';
import type { TrialPorts } from '../phone/agent/line-trial';
import { createConnectionTestsStore, testIsStale, type ConnectionTestParts } from './connection-tests-store';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (purposes: readonly string[] = ['sip']) =>
  exampleProfile({
    environment: 'staging',
    provider: { kind: purposes.includes('sip') ? 'local-jwt' : 'sippet', audience: 'pbx' },
    policy: { purposes },
  });
const TEST_ID = '0a8f7a7e-0f4b-4a52-9c55-2f3d2f0c8a11';
const minted = (purpose: string, grant: unknown) => () =>
  ok({ testId: TEST_ID, purpose, fingerprint: '01234567', lifeS: 300, grant });

function setUp(answer: () => unknown, tryLine: (ports: TrialPorts) => Promise<void> = () => Promise.resolve()) {
  const clock = createFakeClock();
  const { api, invoked, tell } = createScriptedApi({ 'profiles.test': answer });
  const stopped: string[] = [];
  const parts: ConnectionTestParts = {
    api,
    tryLine: (_grant, ports) => ({ done: tryLine(ports), stop: () => stopped.push('line') }),
    tryChannel: () => ({ done: Promise.resolve(ok('events')), stop: () => stopped.push('channel') }),
    after: clock.after,
    monotonic: clock.now,
  };
  const store = createConnectionTestsStore(parts);
  const steps = () =>
    store
      .get()
      .get('work')
      ?.steps.map(({ name, state, ms }) => `${name} ${state}${ms === null ? '' : ` ${ms}`}`);
  return { store, clock, invoked, tell, stopped, steps };
}

describe('a test of a connection', () => {
  it('shows its steps with their times, and gives back what it used', async () => {
    const at = setUp(minted('sip', testGrant()), async ({ onBegin, onEnd }) => {
      for (const step of ['open', 'register', 'options'] as const) {
        onBegin(step);
        await at.clock.advance(7);
        onEnd(step, ok('fine'));
      }
    });
    await at.store.start(line());
    expect(at.steps()).toEqual(['mint passed 0', 'open passed 7', 'register passed 7', 'options passed 7']);
    expect(at.store.get().get('work')?.running).toBe(false);
    expect(at.invoked).toEqual([
      ['profiles.test', { profileId: 'work' }],
      ['profiles.testDone', { testId: TEST_ID }],
    ]);
  });

  it.each([
    [300, '01234567, lives 5:00'],
    [3600, "01234567, lives 60:00, which its system fixes: the line's rule is 5:00"],
  ])('tells how long the token lives: %i s', async (lifeS, detail) => {
    const at = setUp(() => ok({ testId: TEST_ID, purpose: 'sip', fingerprint: '01234567', lifeS, grant: null }));
    await at.store.start(line());
    expect(at.store.get().get('work')?.steps[0]?.detail).toBe(detail);
  });

  it('tells which ICE servers of the answer are left out', async () => {
    const grant = { ...testGrant(), iceLeftOut: { unreadable: 2, withoutCredential: 0, tooMany: 1 } };
    const at = setUp(minted('sip', grant));
    await at.store.start(line());
    expect(at.store.get().get('work')?.steps[0]?.detail).toBe(
      '01234567, lives 5:00, ICE addresses left out: 2 no browser takes, 1 more than are used',
    );
  });

  it('ends at the step that failed; the others were not tried', async () => {
    const refused = setUp(() => fail('key-absent', 'There is no key.', 'open-keys'));
    await refused.store.start(line());
    expect(refused.steps()).toEqual(['mint failed 0', 'open skipped', 'register skipped', 'options skipped']);
    expect(refused.store.get().get('work')?.steps[0]?.failure?.sentence).toBe('There is no key.');
    expect(refused.invoked).toHaveLength(1);
  });

  it.each(['before', 'after'])(
    'tells what main saw of the connect, when that comes %s the end of the socket',
    async (order) => {
      const word: Failure = fail('certificate-refused', 'The certificate has expired.').failure;
      const at = setUp(minted('sip', testGrant()), async ({ onBegin, onEnd, mainsWord }) => {
        onBegin('open');
        const tell = (): void => at.tell('profiles.testRefused', { testId: TEST_ID, failure: word });
        if (order === 'before') tell();
        const asked = mainsWord();
        if (order === 'after') tell();
        const heard = await asked;
        onEnd('open', heard === null ? ok('nothing was told') : { ok: false, failure: heard });
      });
      await at.store.start(line());
      expect(at.store.get().get('work')?.steps[1]?.failure).toEqual(word);
    },
  );

  it('does not wait long for a word that does not come', async () => {
    const at = setUp(minted('sip', testGrant()), async ({ onBegin, onEnd, mainsWord }) => {
      onBegin('open');
      const asked = mainsWord();
      await at.clock.advance(6_000);
      onEnd('open', (await asked) === null ? fail('gateway-unavailable', 'Nothing answers.') : ok(''));
    });
    await at.store.start(line());
    expect(at.store.get().get('work')?.steps[1]?.failure?.sentence).toBe('Nothing answers.');
  });

  it('of live events joins, and of an assistant makes a token', async () => {
    const events = setUp(minted('events', { ...testGrant(), purpose: 'events' }));
    await events.store.start(line(['events']));
    expect(events.steps()).toEqual(['mint passed 0', 'join passed 0']);
    const voice = setUp(minted('voice', null));
    await voice.store.start(
      profileSchema.parse({
        ...line(['events']),
        provider: { kind: 'openai-realtime' },
        policy: { purposes: ['voice'] },
      }),
    );
    expect(voice.steps()).toEqual(['mint passed 0']);
  });

  it('that is closed or begun anew says nothing more, and its wire is stopped', async () => {
    let finish = (): void => undefined;
    const at = setUp(minted('sip', testGrant()), ({ onBegin, onEnd }) => {
      onBegin('open');
      return new Promise((resolve) => {
        finish = () => {
          onEnd('open', ok('late'));
          resolve();
        };
      });
    });
    const done = at.store.start(line());
    await at.clock.settle();
    at.store.close('work');
    finish();
    await done;
    expect(at.stopped).toEqual(['line']);
    expect(at.store.get().size).toBe(0);
    expect(at.invoked.at(-1)?.[0]).toBe('profiles.testDone');
  });
});

describe('what a test told', () => {
  const key = (change: string, slot: string) =>
    auditEntry.parse({
      what: 'key',
      at: '2026-11-30T10:00:00.000Z',
      profileId: 'work',
      slot,
      change,
      fingerprint: '01234567',
    });
  it.each([
    ['added', 'active', true],
    ['replaced', 'active', true],
    ['removed', 'active', true],
    ['promoted', 'active', true],
    ['promoted', 'next', true],
    ['back', 'active', true],
    ['added', 'next', false],
    ['removed', 'next', false],
    ['finished', 'active', false],
    ['copied', 'active', false],
    // Of the test's own token.
    ['accepted', 'active', false],
  ])('of a key that is %s (%s) is over: %s', (change, slot, stale) => {
    expect(testIsStale(key(change, slot))).toBe(stale);
  });
  it('is over when the line was saved or removed, and not when a token was made', () => {
    const at = '2026-11-30T10:00:00.000Z';
    expect(testIsStale(auditEntry.parse({ what: 'profile', at, profileId: 'work', change: 'changed' }))).toBe(true);
    expect(
      testIsStale(
        auditEntry.parse({
          what: 'mint',
          at,
          profileId: 'work',
          purpose: 'sip',
          fingerprint: '01234567',
          lifeS: 60,
          cause: 'test',
        }),
      ),
    ).toBe(false);
  });
});
