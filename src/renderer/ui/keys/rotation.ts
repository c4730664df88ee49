/**
 * A rotation in three steps, as the records of the keys tell it: nothing else is remembered, so an unfinished one is where it was after a
 * restart. The gateway accepts the next key first; nothing signs with it until it is promoted; the old one goes last.
 */
import type { KeyStatus, Profile, ProfilesSnapshot } from '../../../contracts/profile/profile';
import { PRACTICE_PROFILE_ID } from '../../../contracts/profile/practice';
import { signsHere } from '../../../contracts/profile/signs-here';
import { day, duration, moment } from '../kit/format';
import { hasPublicKey, keyHolder } from './key-messages';

/** `add` -> `wait` -> `promote` -> `remove` (at the gateway) -> `add`. */
export type RotationStep = 'add' | 'wait' | 'promote' | 'remove';

/** When the wait that is on ends, in milliseconds since the epoch: one token life after the next key came, or after the old one went. Null: nothing is waited for. */
export function waitsUntil(status: KeyStatus, lifeS: number): number | null {
  const since = status.retired?.retiredAt ?? status.next?.addedAt;
  return since === undefined ? null : since + lifeS * 1000;
}

/** Where the rotation is. A key that still has to go from the gateway comes first: there is room for two. */
export function rotationStep(status: KeyStatus, lifeS: number, now: number): RotationStep {
  if (status.retired !== null) return 'remove';
  if (status.next === null) return 'add';
  return now < (waitsUntil(status, lifeS) ?? 0) ? 'wait' : 'promote';
}

/** The Practice line's gateway is told by Ringfence itself. */
const isOwn = ({ id }: Pick<Profile, 'id'>): boolean => id === PRACTICE_PROFILE_ID;

/** To say now that the old key is removed at the gateway would be early: its tokens may be in use, or it may still be brought back. */
export function finishesEarly(profile: Profile, status: KeyStatus, now: number): boolean {
  if (status.former !== null) return true;
  return !isOwn(profile) && !wasReplaced(status) && now < (waitsUntil(status, profile.policy.tokenLifeS) ?? 0);
}

/** The old key's own line in the table. */
export function oldKeyNote(profile: Profile, { former }: KeyStatus): string {
  if (former !== null) return `can be brought back until ${keyHolder(profile)} has accepted the new one`;
  return isOwn(profile) ? 'its gateway forgets it by itself' : `still to be removed at ${keyHolder(profile)}`;
}

/** What a rotation waits for somebody to do now; null: nothing, or the time. */
function rotationDue(profile: Profile, status: KeyStatus, now: number): 'promote' | 'remove' | null {
  const step = rotationStep(status, profile.policy.tokenLifeS, now);
  if (step === 'promote') return 'promote';
  return step === 'remove' && !isOwn(profile) && !finishesEarly(profile, status, now) ? 'remove' : null;
}

/** The lines whose rotation is ready to go on, and when the next one will be, in milliseconds since the epoch. */
export function dueRotations(
  { profiles, keys }: Pick<ProfilesSnapshot, 'profiles' | 'keys'>,
  now: number,
): {
  readonly due: readonly { readonly profile: Profile; readonly does: 'promote' | 'remove' }[];
  readonly next: number | null;
} {
  const due: { readonly profile: Profile; readonly does: 'promote' | 'remove' }[] = [];
  let next: number | null = null;
  for (const status of keys) {
    const profile = profiles.find(({ id }) => id === status.profileId);
    if (profile === undefined) continue;
    const does = rotationDue(profile, status, now);
    if (does !== null) due.push({ profile, does });
    const until = waitsUntil(status, profile.policy.tokenLifeS);
    if (until !== null && until > now) next = Math.min(next ?? until, until);
  }
  return { due, next };
}

/** What is said of them where somebody looks for something else. */
export function dueSentence(
  due: readonly { readonly profile: Profile; readonly does: 'promote' | 'remove' }[],
): string | null {
  const [first] = due;
  if (first === undefined) return null;
  if (due.length > 1) return `${due.length} rotations wait for you.`;
  return first.does === 'promote'
    ? `The next key of ${first.profile.name} can be promoted now.`
    : `The old key of ${first.profile.name} can be removed at ${keyHolder(first.profile)} now.`;
}

/** What is left of a wait: whole seconds that are never too few, and never more than one life (a clock may have been set back). */
export function timeLeft(until: number, lifeS: number, now: number): string {
  return duration(Math.min(lifeS, Math.ceil((until - now) / 1000)) * 1000);
}

/** The note under a next key. */
export function nextKeyNote(until: number, lifeS: number, now: number): string {
  return now < until ? `promote in ${timeLeft(until, lifeS, now)}` : 'ready to promote';
}

/** One of the three cards. */
export interface RotationCard {
  readonly title: string;
  readonly state: 'done' | 'now' | 'later';
  /** What the gateway must do, and what happens meanwhile. */
  readonly text: string;
  /** What is being waited for, in milliseconds since the epoch, or null. */
  readonly until: number | null;
}

interface Told {
  readonly status: KeyStatus;
  readonly lifeS: number;
  readonly now: number;
  /** The Practice line's gateway is told by Ringfence itself. */
  readonly own: boolean;
  /** The gateway gets the public half of each key. */
  readonly halves: boolean;
  /** Who must know the keys: "the gateway", "Sautikit". */
  readonly holder: string;
  /** That is another system, which issues them and is asked with them: nothing is signed here. */
  readonly issued: boolean;
}

const atStart = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** True when the active key came in place of the retired one, without waiting. */
function wasReplaced({ active, retired }: KeyStatus): boolean {
  return retired !== null && active?.addedAt === retired.retiredAt;
}

/** "Added at 10:42:09", "Added 3 Nov at 10:42:09". */
const came = (word: string, at: number, now: number): string =>
  `${word} ${day(at, now) === 'today' ? 'at ' : ''}${moment(at, now)}`;

function addText(step: RotationStep, { status, own, halves, holder, issued, now }: Told): string {
  const { active, next } = status;
  if (step === 'add') {
    return own
      ? 'Ringfence gives the new key to the gateway of the Practice line first; it accepts both keys from then on.'
      : halves
        ? 'The gateway must have the public half of the new key first, beside the one in use. A button below the table shows it once the key is added.'
        : issued
          ? `${atStart(holder)} issues the keys of this line: make a new one there, leave the one in use as it is, and add the new one here.`
          : 'The gateway must have the new key first, beside the one in use. Generate puts one on the clipboard for a minute: take it there.';
  }
  if (step === 'remove')
    return active === null
      ? 'Done.'
      : `${came(wasReplaced(status) ? 'Replaced' : 'Added', active.addedAt, now)}: ${active.fingerprint}.`;
  if (next === null) return '';
  const added = `${came('Added', next.addedAt, now)}: ${next.fingerprint}.`;
  const must = `${atStart(holder)} must accept`;
  if (active === null)
    return own
      ? added
      : `${added} ${must} it from here on${halves ? ': give it the public key (the button is below the table)' : ''}.`;
  if (own) return `${added} Its gateway accepts both keys.`;
  if (halves) return `${added} ${must} both keys: give it the public key (the button is below the table).`;
  return next.origin === 'generated'
    ? `${added} ${must} both keys. Not on the clipboard any more? Stop, and generate another.`
    : `${added} ${must} both keys from here on.`;
}

function waitText(step: RotationStep, { status, lifeS, own, holder, issued }: Told): string {
  const signing =
    status.active === null
      ? `no key ${issued ? 'is used' : 'signs'}: this line gets no token until the next key is promoted.`
      : `${status.active.fingerprint} ${issued ? 'is still used' : 'still signs'} alone.`;
  switch (step) {
    case 'add':
      return `Then one token life (${duration(lifeS * 1000)}) passes, so that ${issued ? holder : 'every gateway'} knows the key before a token needs it.`;
    case 'wait':
      return own
        ? `Its gateway knows ${status.active === null ? 'the next key' : 'both keys'}; ${signing}`
        : `${atStart(holder)} must know ${status.next?.fingerprint ?? 'the next key'} by then; ${signing}`;
    case 'promote':
      return 'One token life has passed.';
    case 'remove':
      return wasReplaced(status) ? 'Left out: the key was replaced at once.' : 'Done.';
  }
}

function promoteText(step: RotationStep, { status, lifeS, now, own, holder, issued }: Told): string {
  const { active, next, retired } = status;
  if (step === 'promote') {
    const ready = `Tokens can be ${issued ? 'asked for' : 'signed'} with ${next?.fingerprint ?? 'the next key'} now.`;
    if (active === null) return ready;
    return own
      ? `${ready} Its gateway accepts both keys.`
      : `${ready} ${atStart(holder)} must go on accepting ${active.fingerprint} for one more token life.`;
  }
  if (step !== 'remove' || retired === null)
    return `Tokens are then ${issued ? 'asked for' : 'signed'} with the next key, and the old one is removed at ${holder}.`;
  const since = `${active?.fingerprint ?? 'The new key'} ${issued ? 'is in use' : 'signs'} since ${moment(retired.retiredAt, now)}.`;
  if (own)
    return `${since} Its gateway accepts ${retired.fingerprint} until its tokens have run out, then forgets it by itself.`;
  if (status.former !== null)
    return `${since} ${atStart(holder)} has not accepted it yet. Until it has, ${retired.fingerprint} stays here and can be brought back: leave it at ${holder}, too.`;
  if (wasReplaced(status))
    return `${since} Remove ${retired.fingerprint} at ${holder} now: nothing of this line needs it.`;
  if (now >= (waitsUntil(status, lifeS) ?? 0))
    return `${since} Remove ${retired.fingerprint} at ${holder} now: its tokens have run out.`;
  return `${since} ${atStart(holder)} must go on accepting ${retired.fingerprint} until its tokens have run out; then remove it there.`;
}

const STEPS: readonly RotationStep[] = ['add', 'wait', 'promote', 'remove'];
const TITLES: readonly [string, string, string] = ['1. Add the next key', '2. Wait one token life', '3. Promote'];
const TEXTS = [addText, waitText, promoteText] as const;

/** The three cards as they are now. */
export function rotationCards(profile: Profile, status: KeyStatus, now: number): readonly RotationCard[] {
  const lifeS = profile.policy.tokenLifeS;
  const step = rotationStep(status, lifeS, now);
  // Removing the old key is the end of the third step.
  const current = Math.min(2, STEPS.indexOf(step));
  const told = {
    status,
    lifeS,
    now,
    own: isOwn(profile),
    halves: hasPublicKey(profile),
    holder: keyHolder(profile),
    issued: !signsHere(profile.provider),
  };
  return TEXTS.map((text, index) => ({
    title: index === 2 && step === 'remove' && status.former === null ? '3. Remove the old key' : (TITLES[index] ?? ''),
    state: index < current ? 'done' : index === current ? 'now' : 'later',
    text: text(step, told),
    until:
      index === current && (step === 'wait' || (step === 'remove' && !wasReplaced(status) && status.former === null))
        ? waitsUntil(status, lifeS)
        : null,
  }));
}

/** Why a new key can't be added now; null: it can. There is room for two keys at the gateway. */
export function noRoom(
  { name, id, provider }: Pick<Profile, 'name' | 'id' | 'provider'>,
  { retired }: KeyStatus,
): string | null {
  if (retired === null) return null;
  const first = `The last rotation of ${name} is not finished, so no key was added.`;
  if (id === PRACTICE_PROFILE_ID)
    return `${first} Its gateway forgets ${retired.fingerprint} by itself; or press "Forget it now" below, then add the new key.`;
  return `${first} Remove ${retired.fingerprint} at ${keyHolder({ provider })}, press "I have removed it" below, then add the new key.`;
}

/** What is asked before the next key is promoted too early. */
export function earlyPromotion(profile: Profile, status: KeyStatus, now: number): string {
  const until = waitsUntil(status, profile.policy.tokenLifeS) ?? now;
  return `${timeLeft(until, profile.policy.tokenLifeS, now)} of the token life is left. Where ${keyHolder(profile)} does not know ${status.next?.fingerprint ?? 'the next key'} yet, it refuses ${!signsHere(profile.provider) ? 'this line a token' : "this line's tokens"}: calls go on, but no new one can be made or taken until it does.`;
}

/** What is asked before a rotation is finished while tokens of the old key may still be in use. */
export function earlyFinish(profile: Profile, status: KeyStatus): string {
  const old = status.retired?.fingerprint ?? 'the old key';
  if (status.former !== null)
    return `${atStart(keyHolder(profile))} has not accepted a token of ${status.active?.fingerprint ?? 'the new key'} yet. When you say that ${old} is removed there, it goes from here, too, and cannot be brought back.`;
  return `Tokens that were made with ${old} may still be in use. When ${keyHolder(profile)} does not accept ${old} any more, say so: Ringfence then forgets its name.`;
}

/** What is asked before a key is replaced at once. */
export function replacement(profile: Profile, status: KeyStatus, generated: boolean): string {
  const old = status.active?.fingerprint ?? 'the old key';
  const holder = keyHolder(profile);
  const issued = !signsHere(profile.provider);
  const first = `For a key that may have leaked: all tokens ${issued ? 'made' : 'signed'} with ${old} are to die, and it cannot be brought back here.`;
  if (profile.id === PRACTICE_PROFILE_ID)
    return `${first} The gateway of the Practice line refuses it at once, and the phone gets a new token.`;
  if (issued)
    return `${first} Make a new one at ${holder} and remove this one there; the phone gets a new token at once.`;
  const gateway =
    'The gateway must have the new key as its active one, and must not accept the old one any more; the phone gets a new token at once.';
  if (hasPublicKey(profile))
    return `${first} ${gateway} What it needs is the public half, which a button below the table shows once the key is replaced; until it has that, this line is refused.`;
  return generated
    ? `${first} ${gateway} The new key goes to the clipboard for one minute; until the gateway has it, this line is refused.`
    : `${first} ${gateway}`;
}
