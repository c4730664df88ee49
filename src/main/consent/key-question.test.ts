import { expect, it, vi } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock';
import { type Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import { madeKey, readOfferedKey, type OfferedKey } from '../secrets/offered-key';
import { Secret } from '../secrets/secret';
import type { NewAuditEntry } from '../audit/audit-log';
import type { NativeQuestion } from './change-question';
import { createKeyQuestion } from './key-question';
import { FIRST_PAUSE_MS } from './dialog-back-off';
import { exampleProfile } from '../../../test/support/app/example-profile';

const line = (more: object = {}): Profile =>
  exampleProfile({
    name: 'Line 1001',
    ...more,
  });
const evil = line({
  name: 'Line 1001\u202e',
  provider: { kind: 'generic-http', url: 'https://evil.example:8443/take', token: '/t' },
});

const key = Secret.generate();
const offer = (): Promise<Result<OfferedKey>> => Promise.resolve(ok(madeKey(key)));

function setUp(kept: Profile, answer: () => Promise<boolean> = () => Promise.resolve(true)) {
  const store = { kept };
  const ask = vi.fn<(question: NativeQuestion) => Promise<boolean>>(answer);
  const put = vi.fn(() => Promise.resolve(ok('put')));
  const audited: NewAuditEntry[] = [];
  const clock = createFakeClock();
  return {
    store,
    ask,
    put,
    audited,
    clock,
    question: createKeyQuestion({
      find: (id) => (id === store.kept.id ? store.kept : null),
      ask,
      clock: { monotonic: clock.now },
      audit: (entry) => audited.push(entry),
    }),
  };
}

it('names the line, whom it speaks for and where it leads, and takes the key after a yes', async () => {
  const { question, ask, put } = setUp(line());
  expect(await question.agreeThen(line(), 'next', 'clipboard', offer, put)).toEqual(ok('put'));
  expect(ask.mock.calls[0]?.[0]).toMatchObject({
    message: 'Use the text on the clipboard as the next key of "Line 1001" (work)?',
    agree: 'Use it',
  });
  for (const text of [
    'The key stays on this computer and signs tokens for: 1001@pbx.example.com',
    'Its tokens go to: pbx.example.com',
  ])
    expect(ask.mock.calls[0]?.[0].detail).toContain(text);
});

it('says where a key would be sent, of the profile as main has it', async () => {
  const { question, ask, put } = setUp(evil);
  await question.agreeThen(line(), 'active', 'file', offer, put);
  expect(ask.mock.calls[0]?.[0].message).toBe(
    'Use what is in that file as the active key of "Line 1001{U+202E}" (work)?',
  );
  expect(ask.mock.calls[0]?.[0].detail).toContain('The key is sent to: evil.example:8443');
});

it('takes a no for a no, and writes it down', async () => {
  const { question, put, audited } = setUp(line(), () => Promise.resolve(false));
  expect(await question.agreeThen(line(), 'active', 'clipboard', offer, put)).toMatchObject({
    failure: { reason: 'cancelled' },
  });
  expect(put).not.toHaveBeenCalled();
  expect(audited).toEqual([{ what: 'refusal', profileId: 'work', purpose: 'key', reason: 'cancelled' }]);
});

it('asks nobody again for a while after a no, and ever longer: a page tires no one', async () => {
  const { question, ask, put, clock } = setUp(line(), () => Promise.resolve(false));
  const take = () => question.agreeThen(line(), 'active', 'clipboard', offer, put);
  for (const [pause, asked] of [
    [FIRST_PAUSE_MS, 1],
    [2 * FIRST_PAUSE_MS, 2],
  ] as const) {
    await take();
    expect(ask).toHaveBeenCalledTimes(asked);
    await clock.advance(pause - 1);
    expect(await take()).toMatchObject({ failure: { reason: 'cancelled' } });
    expect(ask).toHaveBeenCalledTimes(asked);
    await clock.advance(1);
  }
});

it('takes no key for a profile that was changed while the box was open, and asks about one at a time', async () => {
  let answer: (agreed: boolean) => void = () => undefined;
  const { store, question, ask, put } = setUp(line(), () => new Promise((resolve) => (answer = resolve)));
  const first = question.agreeThen(line(), 'active', 'clipboard', offer, put);
  expect([question.isFor('work'), question.isFor('other')]).toEqual([true, false]);
  expect(await question.agreeThen(line(), 'active', 'clipboard', offer, put)).toMatchObject({
    failure: { reason: 'cancelled' },
  });
  expect(ask).toHaveBeenCalledOnce();
  store.kept = evil;
  answer(true);
  expect(await first).toMatchObject({ failure: { reason: 'cancelled' } });
  expect(put).not.toHaveBeenCalled();
  expect(question.isFor('work')).toBe(false);
});

it('counts as a key of the profile until it is put: what changes it meanwhile has a question of its own', async () => {
  const { question } = setUp(line());
  const during: boolean[] = [];
  await question.agreeThen(line(), 'active', 'clipboard', offer, () => {
    during.push(question.isFor('work'));
    return Promise.resolve(ok(null));
  });
  expect([...during, question.isFor('work')]).toEqual([true, false]);
});

it('shows the fingerprint of what was read before it is used, and uses exactly that', async () => {
  const { question, ask, put } = setUp(line());
  for (const from of ['clipboard', 'file', 'generated'] as const) {
    await question.agreeThen(line(), 'next', from, offer, put);
    expect(ask.mock.lastCall?.[0].detail).toContain(`Its fingerprint: ${key.fingerprint}\n`);
    expect(put).toHaveBeenLastCalledWith(ok(key));
  }
  expect(ask.mock.lastCall?.[0].message).toBe(
    'Use the key that Ringfence has just made as the next key of "Line 1001" (work)?',
  );
});

it('tells a page nothing of a clipboard without a key before a person has said yes', async () => {
  const answers = [false, true];
  const { question, ask, put, clock } = setUp(line(), () => Promise.resolve(answers.shift() ?? false));
  const none = (): Promise<Result<OfferedKey>> =>
    Promise.resolve(fail('key-unusable', 'That is too short to be a key.'));
  expect(await question.agreeThen(line(), 'next', 'clipboard', none, put)).toMatchObject({
    failure: { reason: 'cancelled', sentence: 'No key was taken: you said no.' },
  });
  expect(ask.mock.lastCall?.[0].detail).toContain("It can't be used: That is too short to be a key.");
  await clock.advance(FIRST_PAUSE_MS);
  await question.agreeThen(line(), 'next', 'clipboard', none, put);
  expect(put).toHaveBeenCalledExactlyOnceWith(await none());
  // What a person chose, or main made, needs no question when it is no key.
  expect(await question.agreeThen(line(), 'next', 'generated', none, put)).toEqual(await none());
  expect(ask).toHaveBeenCalledTimes(2);
});

it('reads nothing while it may not ask', async () => {
  const { question, put } = setUp(line(), () => Promise.resolve(false));
  const read = vi.fn(offer);
  await question.agreeThen(line(), 'next', 'clipboard', read, put);
  await question.agreeThen(line(), 'next', 'clipboard', read, put);
  expect(read).toHaveBeenCalledOnce();
});

it('says what a text looks like that is offered as a key, and uses it after "Use it anyway" alone', async () => {
  const { question, ask, put } = setUp(line());
  const quoted = readOfferedKey("'not-a-real-key-only-a-test-0123456789'");
  if (!quoted.ok) expect.unreachable(quoted.failure.sentence);
  for (const from of ['clipboard', 'file'] as const) {
    await question.agreeThen(line(), 'active', from, () => Promise.resolve(quoted), put);
    const asked = ask.mock.lastCall?.[0];
    expect(asked?.agree).toBe('Use it anyway');
    expect(asked?.message).toMatch(
      /^This does not look like a key\. Use .*, exactly as it stands, as the active key of/,
    );
    expect(asked?.detail).toMatch(/^That begins or ends with a quote/);
    expect(asked?.detail).toContain(
      `It has 39 characters.\nIts fingerprint: ${quoted.value.secret.fingerprint}\nThe key stays`,
    );
    expect(JSON.stringify(asked)).not.toContain('not-a-real');
    expect(put).toHaveBeenLastCalledWith(ok(quoted.value.secret));
  }
});
