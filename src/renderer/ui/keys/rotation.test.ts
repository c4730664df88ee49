import { describe, expect, it } from 'vitest';
import { profile as profileSchema, type KeyStatus } from '../../../contracts/profile/profile';
import {
  dueRotations,
  dueSentence,
  earlyFinish,
  earlyPromotion,
  finishesEarly,
  nextKeyNote,
  noRoom,
  oldKeyNote,
  replacement,
  rotationCards,
  rotationStep,
  timeLeft,
  waitsUntil,
} from './rotation';
import { exampleProfile } from '../../../../test/support/app/example-profile';

const LIFE_S = 300;
const AT = 1_800_000_000_000;
const line = (id: string) =>
  exampleProfile({
    id,
    name: 'Staging',
    environment: 'staging',
    policy: { tokenLifeS: LIFE_S },
  });
const staging = line('staging');
const practice = line('practice');

const idle: KeyStatus = {
  profileId: 'staging',
  state: 'in-keychain',
  active: { fingerprint: '44d20c7f', addedAt: AT - 9e9, origin: 'file' },
  next: null,
  retired: null,
  former: null,
  lastMintAt: null,
};
const added: KeyStatus = { ...idle, next: { fingerprint: 'e07c1b95', addedAt: AT, origin: 'clipboard' } };
const promoted: KeyStatus = {
  ...idle,
  active: { fingerprint: 'e07c1b95', addedAt: AT, origin: 'clipboard' },
  retired: { fingerprint: '44d20c7f', retiredAt: AT + 400_000 },
};
const replaced: KeyStatus = {
  ...promoted,
  active: { fingerprint: 'e07c1b95', addedAt: AT, origin: 'clipboard' },
  retired: { fingerprint: '44d20c7f', retiredAt: AT },
};

describe('where a rotation is', () => {
  it.each<[string, KeyStatus, number, string]>([
    ['nothing was added', idle, AT, 'add'],
    ['the next key has just come', added, AT, 'wait'],
    ['one token life is not over', added, AT + 299_999, 'wait'],
    ['one token life is over', added, AT + 300_000, 'promote'],
    ['the next key was promoted', promoted, AT + 400_000, 'remove'],
    ['the old key may still be there long after', promoted, AT + 9e9, 'remove'],
    [
      'a key was replaced during a rotation: the leaked one goes first',
      { ...replaced, next: added.next },
      AT + 300_000,
      'remove',
    ],
  ])('%s', (_what, status, now, step) => {
    expect(rotationStep(status, LIFE_S, now)).toBe(step);
  });

  it('waits one token life from the next key, and one from the promotion', () => {
    expect(waitsUntil(idle, LIFE_S)).toBeNull();
    expect(waitsUntil(added, LIFE_S)).toBe(AT + 300_000);
    expect(waitsUntil(promoted, LIFE_S)).toBe(AT + 700_000);
  });

  it('counts down in whole seconds, to nothing, and from no more than one life', () => {
    expect([300_000, 299_001, 299_000, 1, 0, -5].map((ms) => timeLeft(AT + ms, LIFE_S, AT))).toEqual([
      '5:00',
      '5:00',
      '4:59',
      '0:01',
      '0:00',
      '0:00',
    ]);
    expect(timeLeft(AT + 9e6, LIFE_S, AT)).toBe('5:00');
    expect(nextKeyNote(AT + 161_000, LIFE_S, AT)).toBe('promote in 2:41');
    expect(nextKeyNote(AT, LIFE_S, AT)).toBe('ready to promote');
  });
});

describe('the three cards', () => {
  const states = (status: KeyStatus, now: number): string[] =>
    rotationCards(staging, status, now).map(({ state }) => state);

  it('say which is done, which is on and which comes', () => {
    expect(states(idle, AT)).toEqual(['now', 'later', 'later']);
    expect(states(added, AT)).toEqual(['done', 'now', 'later']);
    expect(states(added, AT + 300_000)).toEqual(['done', 'done', 'now']);
    expect(states(promoted, AT + 400_000)).toEqual(['done', 'done', 'now']);
  });

  it('say what the gateway must do, by fingerprint', () => {
    const now = (status: KeyStatus, at: number): string =>
      rotationCards(staging, status, at).find(({ state }) => state === 'now')?.text ?? '';
    expect(now(idle, AT)).toContain('The gateway must have the new key first');
    expect(now(added, AT)).toContain('The gateway must know e07c1b95 by then; 44d20c7f still signs alone.');
    expect(now(added, AT + 300_000)).toContain('The gateway must go on accepting 44d20c7f');
    expect(now(promoted, AT + 400_000)).toContain('The gateway must go on accepting 44d20c7f until');
    expect(now(promoted, AT + 700_000)).toContain('Remove 44d20c7f at the gateway now');
    expect(now(replaced, AT)).toContain('Remove 44d20c7f at the gateway now');
  });

  it('name the day where it is not today', () => {
    const day = 86_400_000;
    const text = (status: KeyStatus, index: number, now: number): string =>
      rotationCards(staging, status, now)[index]?.text ?? '';
    expect(text(added, 0, AT + 1000)).toMatch(/^Added at \d\d:\d\d:\d\d: e07c1b95\./);
    expect(text(added, 0, AT + day)).toMatch(/^Added yesterday at \d\d:\d\d:\d\d: e07c1b95\./);
    expect(text(promoted, 0, AT + 9 * day)).toMatch(/^Added \d+ \w{3}(?: \d{4})? at \d\d:\d\d:\d\d: /);
    expect(text(promoted, 2, AT + 401_000)).toMatch(/^e07c1b95 signs since (?:yesterday at )?\d\d:\d\d:\d\d\./);
    expect(text(promoted, 2, AT + 9 * day)).toMatch(/^e07c1b95 signs since \d+ \w{3}(?: \d{4})? at \d\d:\d\d:\d\d\./);
  });

  it('speak of no active key where there is none', () => {
    const alone: KeyStatus = { ...added, active: null };
    for (const line of [staging, practice]) {
      for (const at of [AT, AT + 300_000])
        for (const { text } of rotationCards(line, alone, at))
          expect(text).not.toMatch(/both keys|signs alone|old key for|the active key/);
      expect(rotationCards(line, alone, AT)[1]?.text).toContain(
        'no key signs: this line gets no token until the next key is promoted.',
      );
    }
  });

  it('ask for nothing at the gateway of the Practice line, and for the clipboard where a key was made here', () => {
    for (const status of [idle, added, promoted])
      for (const { text } of rotationCards(practice, status, AT)) expect(text).not.toMatch(/gateway must/);
    const made: KeyStatus = { ...added, next: { fingerprint: 'e07c1b95', addedAt: AT, origin: 'generated' } };
    expect(rotationCards(staging, made, AT)[0]?.text).toContain('generate another');
    expect(rotationCards(practice, made, AT)[0]?.text).not.toContain('clipboard');
  });
});

describe('a line that signs with a private key', () => {
  const signer = profileSchema.parse({
    ...line('staging'),
    provider: { kind: 'local-jwt', audience: 'pbx', algorithm: 'ES256' },
  });
  it('speaks of the public half, and never of the clipboard', () => {
    const made: KeyStatus = { ...added, next: { fingerprint: 'e07c1b95', addedAt: AT, origin: 'generated' } };
    const texts = [
      ...rotationCards(signer, idle, AT).map(({ text }) => text),
      ...rotationCards(signer, made, AT).map(({ text }) => text),
      replacement(signer, idle, true),
    ];
    expect(texts.join(' ')).not.toContain('clipboard');
    expect(texts[0]).toContain('public half');
    expect(texts[3]).toContain('give it the public key (the button is below the table)');
    expect(texts.at(-1)).toContain('public half');
  });
});

describe('a line whose keys another system issues', () => {
  const line = profileSchema.parse({ ...staging, provider: { kind: 'sautikit' } });
  const told = (status: KeyStatus, at: number): string =>
    [...rotationCards(line, status, at).map(({ text }) => text), noRoom(line, status) ?? ''].join(' ');
  it('names that system at every step, and neither the gateway nor a key that is made here', () => {
    const states: readonly [KeyStatus, number][] = [
      [idle, AT],
      [added, AT],
      [added, AT + 300_000],
      [promoted, AT + 400_000],
      [promoted, AT + 700_000],
      [replaced, AT],
      [{ ...added, active: null }, AT],
    ];
    for (const [status, at] of states)
      expect(
        `${told(status, at)} ${replacement(line, status, false)} ${earlyPromotion(line, added, at)} ${earlyFinish(line, status)}`,
      ).not.toMatch(/gateway|Generate|clipboard|sign/i);
    expect(told(idle, AT)).toContain('Sautikit issues the keys of this line: make a new one there');
    expect(told(added, AT)).toContain('Sautikit must know e07c1b95 by then; 44d20c7f is still used alone.');
    expect(told(promoted, AT + 700_000)).toContain('Remove 44d20c7f at Sautikit now');
  });
});

describe('a key that finds no room', () => {
  it('is told why, and what to do first', () => {
    expect(noRoom(staging, added)).toBeNull();
    expect(noRoom(staging, promoted)).toBe(
      'The last rotation of Staging is not finished, so no key was added. Remove 44d20c7f at the gateway, press "I have removed it" below, then add the new key.',
    );
    expect(noRoom(practice, promoted)).toContain('by itself');
  });
});

describe('what is asked before', () => {
  it('says what may happen', () => {
    expect(earlyPromotion(staging, added, AT + 139_000)).toMatch(
      /^2:41 of the token life is left\. Where the gateway does not know e07c1b95 yet, it refuses/,
    );
    expect(replacement(staging, idle, false)).toMatch(/44d20c7f .*The gateway must have the new key/);
    expect(replacement(staging, idle, false)).not.toContain('clipboard');
    expect(replacement(staging, idle, true)).toContain('clipboard for one minute');
    expect(replacement(practice, idle, true)).not.toContain('clipboard');
  });
});

describe('a promoted key of which no token was accepted yet', () => {
  const untried: KeyStatus = {
    ...promoted,
    former: { fingerprint: '44d20c7f', addedAt: AT - 9e9, origin: 'file' },
  };

  it('asks nobody to remove the old one, however long ago the promotion was', () => {
    for (const now of [AT + 400_000, AT + 9e9]) {
      const [, , card] = rotationCards(staging, untried, now);
      expect(card).toMatchObject({ title: '3. Promote', state: 'now', until: null });
      expect(card?.text).toMatch(
        /^e07c1b95 signs since .* The gateway has not accepted it yet\. Until it has, 44d20c7f stays here and can be brought back: leave it at the gateway, too\.$/,
      );
    }
    expect(rotationCards(staging, promoted, AT + 9e9)[2]).toMatchObject({ title: '3. Remove the old key' });
  });

  it('says what is lost when the old key is said to be removed', () => {
    expect(earlyFinish(staging, untried)).toBe(
      'The gateway has not accepted a token of e07c1b95 yet. When you say that 44d20c7f is removed there, it goes from here, too, and cannot be brought back.',
    );
  });
});

describe('a rotation that waits for somebody', () => {
  const due = (status: KeyStatus, now: number, profile = staging) =>
    dueRotations({ profiles: [profile], keys: [{ ...status, profileId: profile.id }] }, now);
  it.each([
    ['nothing was added', idle, AT, null, null],
    ['the wait is on', added, AT, null, AT + 300_000],
    ['it can be promoted', added, AT + 300_000, 'promote', null],
    ['the tokens of the old key run', promoted, AT + 400_000, null, AT + 700_000],
    ['the old key can be removed', promoted, AT + 700_000, 'remove', null],
    ['a key was replaced at once', replaced, AT, 'remove', AT + 300_000],
  ] as const)('%s', (_what, status, now, does, next) => {
    expect(due(status, now)).toEqual({ due: does === null ? [] : [{ profile: staging, does }], next });
  });
  it('is not told where the gateway forgets the old key by itself', () => {
    expect(due(promoted, AT + 9e9, practice).due).toEqual([]);
    expect(due(added, AT + 300_000, practice).due).toHaveLength(1);
  });
  it('is told by the name of its line, or by their number', () => {
    expect(dueSentence([])).toBeNull();
    expect(dueSentence([{ profile: staging, does: 'promote' }])).toBe('The next key of Staging can be promoted now.');
    expect(dueSentence([{ profile: staging, does: 'remove' }])).toBe(
      'The old key of Staging can be removed at the gateway now.',
    );
    expect(
      dueSentence([
        { profile: staging, does: 'remove' },
        { profile: practice, does: 'promote' },
      ]),
    ).toBe('2 rotations wait for you.');
  });
});

describe("the old key's line", () => {
  const former = { ...promoted, former: { fingerprint: '44d20c7f', addedAt: AT - 9e9, origin: 'file' as const } };
  it('says what is still to be done', () => {
    expect(oldKeyNote(staging, promoted)).toBe('still to be removed at the gateway');
    expect(oldKeyNote(staging, former)).toBe('can be brought back until the gateway has accepted the new one');
  });
  it.each([
    ['while its tokens run', promoted, AT + 400_000, true],
    ['when they have run out', promoted, AT + 700_000, false],
    ['when it was replaced at once', replaced, AT, false],
    ['while it can be brought back', former, AT + 9e9, true],
  ] as const)('asks before it is told too early: %s', (_when, status, now, early) => {
    expect(finishesEarly(staging, status, now)).toBe(early);
  });
});
