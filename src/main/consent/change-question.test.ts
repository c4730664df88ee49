import { expect, it, vi } from 'vitest';
import { type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import { createChangeQuestion, type ChangeQuestionPorts, type NativeQuestion } from './change-question';
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from './dialog-back-off';
import { practiceProfile } from '../profiles/practice-profile';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (id: string, more: object = {}): Profile =>
  exampleProfile({
    id,
    name: `Line ${id}`,
    ...more,
  });
const EVIL = { gatewayUrl: 'wss://evil.example/' };

function setUp(replaced: Partial<ChangeQuestionPorts> = {}, lock = { configured: false, unlocked: false }) {
  const kept = [line('work'), line('other'), line('keyless'), practiceProfile(null, null)];
  const audited: NewAuditEntry[] = [];
  const time = { now: 0 };
  const ask = vi.fn<(question: NativeQuestion) => Promise<boolean>>(() => Promise.resolve(true));
  const confirm = createChangeQuestion({
    find: (id) => kept.find((each) => each.id === id) ?? null,
    admitted: (wanted): Result<Profile> => ok(wanted),
    hasKey: (id) => id !== 'keyless',
    adminLock: { state: () => Promise.resolve({ ...lock, until: null, retryAt: null }) },
    ask,
    clock: { monotonic: () => time.now },
    audit: (entry) => audited.push(entry),
    ...replaced,
  });
  return { confirm, ask, audited, time };
}

it('asks in words that name old and new, and goes on after a yes', async () => {
  const { confirm, ask, audited } = setUp();
  expect(await confirm([line('work', { name: 'Harmless', ...EVIL })])).toEqual(ok(null));
  expect(ask).toHaveBeenCalledOnce();
  const question = ask.mock.calls[0]?.[0];
  // By the name that it has, not by the one that a page gives it.
  expect(question?.message).toBe('"Line work" (work) has a key. Change what it is used for?');
  expect(question?.detail).toContain('Tokens go to: pbx.example.com -> evil.example');
  expect(audited).toEqual([]);
});

it('takes a no for a no, and writes it down', async () => {
  const { confirm, audited } = setUp({ ask: () => Promise.resolve(false) });
  expect(await confirm([line('work', EVIL)])).toMatchObject({ ok: false, failure: { reason: 'cancelled' } });
  expect(audited).toEqual([{ what: 'refusal', profileId: 'work', purpose: 'profile', reason: 'cancelled' }]);
});

it.each<[string, readonly Profile[]]>([
  ['a profile without a key', [line('keyless', EVIL)]],
  ['a new profile', [line('new', EVIL)]],
  ['a change without a risk', [line('work', { name: 'Office' })]],
  [
    'the Practice line',
    [{ ...practiceProfile(null, null), displayName: 'Me', presentation: { kind: 'main-injected' } }],
  ],
])('asks nothing about %s', async (_what, wanted) => {
  const { confirm, ask } = setUp();
  expect(await confirm(wanted)).toEqual(ok(null));
  expect(ask).not.toHaveBeenCalled();
});

it('asks nothing of an admin who has typed the passphrase, and asks where it is none or not typed', async () => {
  const typed = setUp({}, { configured: true, unlocked: true });
  expect(await typed.confirm([line('work', EVIL)])).toEqual(ok(null));
  expect(typed.ask).not.toHaveBeenCalled();
  for (const lock of [
    { configured: true, unlocked: false },
    { configured: false, unlocked: true },
  ]) {
    const { confirm, ask } = setUp({}, lock);
    await confirm([line('work', EVIL)]);
    expect(ask).toHaveBeenCalledOnce();
  }
});

it('asks an admin who has typed the passphrase too before the key itself would be sent to another host', async () => {
  const generic = (url: string): object => ({ provider: { kind: 'generic-http', url, token: '/t' } });
  const { confirm, ask } = setUp(
    { find: (id) => line(id, generic('https://api.example.com/token')) },
    { configured: true, unlocked: true },
  );
  expect(await confirm([line('work', generic('https://api.example.com/other'))])).toEqual(ok(null));
  expect(ask).not.toHaveBeenCalled();
  await confirm([line('work', generic('https://evil.example/token'))]);
  expect(ask.mock.calls[0]?.[0].detail).toContain('The key goes to: api.example.com -> evil.example');
  // Also where it only signed before.
  const signed = setUp({}, { configured: true, unlocked: true });
  await signed.confirm([line('work', generic('https://evil.example/token'))]);
  expect(signed.ask).toHaveBeenCalledOnce();
});

it('asks once about many', async () => {
  const { confirm, ask } = setUp();
  await confirm([line('work', EVIL), line('keyless', EVIL), line('other', { identity: 'boss@pbx.example.com' })]);
  expect(ask).toHaveBeenCalledOnce();
  const question = ask.mock.calls[0]?.[0];
  expect(question?.message).toContain('2 of these profiles');
  for (const text of [
    '"Line work" (work): Tokens go to: pbx.example.com -> evil.example',
    '"Line other" (other): Speaks for: 1001@pbx.example.com -> boss@pbx.example.com',
  ])
    expect(question?.detail.split('\n')).toContain(text);
});

const RULES = { maxCalls: 16, maxCallS: null, tokenLifeS: 3600 };
const many = (count: number, more: object): readonly Profile[] =>
  Array.from({ length: count }, (_, n) => line(`line${n}`, more));
const strict = (id: string): Profile => line(id, { policy: { maxCalls: 1, maxCallS: 60, tokenLifeS: 60 } });

it('shows the heaviest changes of all profiles first, and never leaves out where a key or its tokens go', async () => {
  const { confirm, ask } = setUp({ find: strict });
  const wanted = many(6, { policy: RULES });
  const last = line('last', { policy: RULES, ...EVIL, identity: 'boss@pbx.example.com' });
  const varied = wanted.map((each, n) => ({
    ...each,
    policy: { ...each.policy, maxCalls: 2 + n, tokenLifeS: 300 + n },
  }));
  await confirm([...varied, last]);
  const lines = ask.mock.calls[0]?.[0].detail.split('\n') ?? [];
  expect(lines.slice(0, 2)).toEqual([
    '"Line last" (last): Tokens go to: pbx.example.com -> evil.example',
    '"Line last" (last): Speaks for: 1001@pbx.example.com -> boss@pbx.example.com',
  ]);
  expect(lines).toContainEqual(expect.stringMatching(/^and \d+ more rules that are less strict$/));
});

it('tells a change that many profiles have once, with their names', async () => {
  const { confirm, ask } = setUp({ find: (id) => line(id) });
  await confirm(many(50, EVIL));
  expect(ask.mock.calls[0]?.[0].detail.split('\n')[0]).toBe(
    '"Line line0" (line0), "Line line1" (line1), "Line line2" (line2) and 47 more: Tokens go to: pbx.example.com -> evil.example',
  );
});

it('does not ask about more heavy changes than a person can read', async () => {
  const { confirm, ask, audited } = setUp({ find: (id) => line(id) });
  const wanted = many(25, {}).map((each, n) => ({ ...each, gatewayUrl: `wss://evil${n}.example/` }));
  expect(await confirm(wanted)).toMatchObject({ failure: { reason: 'cancelled', sentence: /25 changes/ } });
  expect(ask).not.toHaveBeenCalled();
  expect(audited).toHaveLength(1);
  expect(await confirm(wanted.slice(1))).toEqual(ok(null));
});

it('escapes a name that wants to be more than one', async () => {
  const name = 'Work" (work): nothing.\u202e Press "Change it';
  const { confirm, ask } = setUp({ find: (id) => line(id, { name }) });
  await confirm([line('work', EVIL)]);
  expect(ask.mock.calls[0]?.[0].message).toContain(
    String.raw`"Work\" (work): nothing.{U+202E} Press \"Change it" (work) has a key`,
  );
});

it('asks one question at a time: a page piles up no dialogs', async () => {
  let answer: (agreed: boolean) => void = () => undefined;
  const ask = vi.fn(() => new Promise<boolean>((resolve) => (answer = resolve)));
  const { confirm } = setUp({ ask });
  const first = confirm([line('work', EVIL)]);
  await vi.waitFor(() => expect(ask).toHaveBeenCalledOnce());
  expect(await confirm([line('other', EVIL)])).toMatchObject({ failure: { reason: 'cancelled' } });
  answer(true);
  expect(await first).toEqual(ok(null));
  expect(ask).toHaveBeenCalledOnce();
});

it('asks nothing about what would be refused anyway', async () => {
  const { confirm, ask } = setUp({ admitted: () => fail('environment-mixed', 'No.') });
  expect(await confirm([line('work', EVIL)])).toMatchObject({ failure: { reason: 'environment-mixed' } });
  expect(ask).not.toHaveBeenCalled();
});

it('asks nobody again at once after a no, longer after each one, and anew after a yes', async () => {
  const { confirm, ask, audited, time } = setUp();
  ask.mockImplementation(() => {
    // However long the box stood there.
    time.now += 60_000;
    return Promise.resolve(false);
  });
  const evil = () => confirm([line('work', EVIL)]);
  for (const [noes, pauseMs] of [FIRST_PAUSE_MS, 2 * FIRST_PAUSE_MS, 4 * FIRST_PAUSE_MS].entries()) {
    expect(await evil()).toMatchObject({ failure: { sentence: 'Nothing was changed: you said no.' } });
    time.now += pauseMs - 1;
    // Nor about another profile: it is the person who is to be left alone.
    expect(await confirm([line('other', EVIL)])).toMatchObject({
      failure: {
        reason: 'cancelled',
        sentence: expect.stringContaining('asks again in 1 s') as unknown,
        retryAfterMs: 1,
      },
    });
    expect(ask).toHaveBeenCalledTimes(noes + 1);
    time.now += 1;
  }
  expect(audited).toHaveLength(6);
  // What needs no question goes on.
  expect(await confirm([line('work', { name: 'Harmless' })])).toEqual(ok(null));
  ask.mockResolvedValueOnce(true);
  expect(await evil()).toEqual(ok(null));
  await evil();
  time.now += FIRST_PAUSE_MS;
  await evil();
  expect(ask).toHaveBeenCalledTimes(6);
});

it('leaves the person alone for five minutes at most', async () => {
  const { confirm, ask, time } = setUp({}, { configured: false, unlocked: false });
  ask.mockResolvedValue(false);
  for (let noes = 0; noes < 20; noes += 1) {
    await confirm([line('work', EVIL)]);
    time.now += LONGEST_PAUSE_MS;
  }
  expect(ask).toHaveBeenCalledTimes(20);
});
