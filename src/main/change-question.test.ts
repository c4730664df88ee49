import { expect, it, vi } from 'vitest';
import { profile as profileSchema, type Profile } from '../contracts/profile';
import { fail, ok, type Result } from '../contracts/result';
import type { NewAuditEntry } from './audit-log';
import { createChangeQuestion, type ChangeQuestionPorts, type NativeQuestion } from './change-question';
import { practiceProfile } from './practice-profile';

const line = (id: string, more: object = {}): Profile =>
  profileSchema.parse({ id, name: `Line ${id}`, environment: 'production', provider: { kind: 'local-jwt', audience: 'pbx' }, identity: '1001@pbx.example.com', gatewayUrl: 'wss://pbx.example.com/ws', presentation: { kind: 'query' }, policy: {}, ...more });
const EVIL = { gatewayUrl: 'wss://evil.example/' };

function setUp(replaced: Partial<ChangeQuestionPorts> = {}, lock = { configured: false, unlocked: false }) {
  const kept = [line('work'), line('other'), line('keyless'), practiceProfile(null, null)];
  const audited: NewAuditEntry[] = [];
  const ask = vi.fn<(question: NativeQuestion) => Promise<boolean>>(() => Promise.resolve(true));
  const confirm = createChangeQuestion({
    find: (id) => kept.find((each) => each.id === id) ?? null,
    admitted: (wanted): Result<Profile> => ok(wanted),
    hasKey: (id) => id !== 'keyless',
    adminLock: { state: () => Promise.resolve({ ...lock, until: null, retryAt: null }) },
    ask,
    audit: (entry) => audited.push(entry),
    ...replaced,
  });
  return { confirm, ask, audited };
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
  ['the Practice line', [{ ...practiceProfile(null, null), displayName: 'Me', presentation: { kind: 'main-injected' } }]],
])('asks nothing about %s', async (_what, wanted) => {
  const { confirm, ask } = setUp();
  expect(await confirm(wanted)).toEqual(ok(null));
  expect(ask).not.toHaveBeenCalled();
});

it('asks nothing of an admin who has typed the passphrase, and asks where it is none or not typed', async () => {
  const typed = setUp({}, { configured: true, unlocked: true });
  expect(await typed.confirm([line('work', EVIL)])).toEqual(ok(null));
  expect(typed.ask).not.toHaveBeenCalled();
  for (const lock of [{ configured: true, unlocked: false }, { configured: false, unlocked: true }]) {
    const { confirm, ask } = setUp({}, lock);
    await confirm([line('work', EVIL)]);
    expect(ask).toHaveBeenCalledOnce();
  }
});

it('asks once about many', async () => {
  const { confirm, ask } = setUp();
  await confirm([line('work', EVIL), line('keyless', EVIL), line('other', { identity: 'boss@pbx.example.com' })]);
  expect(ask).toHaveBeenCalledOnce();
  const question = ask.mock.calls[0]?.[0];
  expect(question?.message).toContain('2 of these profiles');
  for (const text of ['"Line work" (work):', 'evil.example', '"Line other" (other):', 'boss@pbx.example.com']) expect(question?.detail).toContain(text);
});

it('asks one question at a time: a page piles up no boxes', async () => {
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
