/**
 * Asks the person, in a box that no page can draw or press, before a profile that has a key is changed so that the key speaks elsewhere, for
 * somebody else or for more. Without it a window that was taken over could have the company's key sign for its own gateway.
 */
import { PRACTICE_PROFILE_ID } from '../../contracts/profile/practice';
import type { Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { AdminLock } from '../locks/admin-lock';
import type { NewAuditEntry } from '../audit/audit-log';
import type { Clock } from '../base/clock';
import { createDialogBackOff } from './dialog-back-off';
import { providerHost } from '../providers/http';
import { LIGHT, riskyChanges, type RiskyChange } from './risky-change';
import { shownName } from './shown-text';

/** So many lines are shown; light ones beyond them are counted. */
const MOST_LINES = 14;
/** More heavy changes than this are not asked about: each is shown, and nobody reads a box of a hundred lines. */
const MOST_HEAVY = 24;
/** So many profiles are named before one change that all of them have. */
const MOST_NAMED = 3;

export interface NativeQuestion {
  readonly title: string;
  readonly message: string;
  /** What would change, a line each. */
  readonly detail: string;
  /** The button that agrees; the other one cancels, and is the default. */
  readonly agree: string;
  /** What the other button says; "Cancel" without it. */
  readonly refuse?: string;
}

export interface ChangeQuestionPorts {
  /** As it is now, with the policy that holds. */
  readonly find: (profileId: string) => Profile | null;
  /** What would be kept of it, with the policy that holds; fails as saving it would. */
  readonly admitted: (wanted: Profile) => Result<Profile>;
  readonly hasKey: (profileId: string) => boolean;
  readonly adminLock: Pick<AdminLock, 'state'>;
  readonly ask: (question: NativeQuestion) => Promise<boolean>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly audit: (entry: NewAuditEntry) => void;
}

interface Risky {
  /** As it is now. */
  readonly profile: Profile;
  readonly changes: readonly RiskyChange[];
}

const named = ({ name, id }: Profile): string => `${shownName(name)} (${id})`;

/** The changes of all profiles, the heaviest first. One that several profiles have stands there once, behind their names. */
function linesOf(risky: readonly Risky[]): readonly RiskyChange[] {
  const [first, ...others] = risky;
  if (first !== undefined && others.length === 0) return first.changes;
  const by = new Map<string, { readonly weight: number; readonly profiles: readonly Profile[] }>();
  for (const { profile, changes } of risky)
    for (const { weight, text } of changes)
      by.set(text, { weight, profiles: [...(by.get(text)?.profiles ?? []), profile] });
  return [...by]
    .map(([text, { weight, profiles }]) => {
      const names = profiles.slice(0, MOST_NAMED).map(named).join(', ');
      const more = profiles.length - MOST_NAMED;
      return { weight, text: `${names}${more > 0 ? ` and ${more} more` : ''}: ${text}` };
    })
    .toSorted((one, other) => one.weight - other.weight);
}

/**
 * Says whether these profiles may be saved now, asking once for all. Fails with `cancelled` when the person says no, said no a moment ago or another
 * question is open (so a page can neither pile up dialogs nor ask until somebody is tired), and as saving them would. An admin who has typed the passphrase a moment ago is asked only before a key is
 * sent to another host.
 */
export type ConfirmChange = (wanted: readonly Profile[]) => Promise<Result<null>>;

export function createChangeQuestion({
  find,
  admitted,
  hasKey,
  adminLock,
  ask,
  clock,
  audit,
}: ChangeQuestionPorts): ConfirmChange {
  let open = false;
  const backOff = createDialogBackOff(clock);

  const refuse = (profileId: string, sentence: string, retryAfterMs?: number): Result<null> => {
    audit({ what: 'refusal', profileId, purpose: 'profile', reason: 'cancelled' });
    return fail('cancelled', sentence, 'none', retryAfterMs === undefined ? {} : { retryAfterMs });
  };

  return async (wanted) => {
    const risky: Risky[] = [];
    let sendsKey = false;
    for (const each of wanted) {
      const kept = admitted(each);
      if (!kept.ok) return kept;
      const before = find(each.id);
      // The Practice line's key is for this computer alone, and where it goes nobody can change.
      if (before === null || each.id === PRACTICE_PROFILE_ID || !hasKey(each.id)) continue;
      const changes = riskyChanges(before, kept.value);
      if (changes.length > 0) risky.push({ profile: before, changes });
      const host = providerHost(kept.value.provider);
      sendsKey ||= host !== null && host !== providerHost(before.provider);
    }
    const [first] = risky;
    if (first === undefined) return ok(null);
    const lock = await adminLock.state();
    // Tokens are for minutes, and the admin is here. A key that leaves for another host is lost for good: that is asked about always.
    if (lock.configured && lock.unlocked && !sendsKey) return ok(null);
    const { profile } = first;
    if (open) return refuse(profile.id, 'Ringfence is asking about another change already. Answer that first.');
    const pauseMs = backOff.pauseMs();
    if (pauseMs > 0)
      return refuse(
        profile.id,
        `Nothing was changed: you said no a moment ago. Ringfence asks again in ${Math.ceil(pauseMs / 1000)} s.`,
        pauseMs,
      );
    open = true;
    try {
      const lines = linesOf(risky);
      const heavy = lines.filter(({ weight }) => weight < LIGHT).length;
      if (heavy > MOST_HEAVY)
        return refuse(
          profile.id,
          `Nothing was changed: ${heavy} changes of what keys are used for are more than one question can show. Change fewer profiles at a time.`,
        );
      const shown = lines.slice(0, Math.max(MOST_LINES, heavy)).map(({ text }) => text);
      const left = lines.length - shown.length;
      const detail = left > 0 ? [...shown, `and ${left} more rules that are less strict`] : shown;
      const agreed = await ask({
        title: 'Change what a key is used for?',
        message:
          risky.length === 1
            ? `${named(profile)} has a key. Change what it is used for?`
            : `${risky.length} of these profiles have a key. Change what their keys are used for?`,
        detail: `${detail.join('\n')}\n\nIf you did not ask for this just now, press Cancel and tell your admin.`,
        agree: 'Change it',
      });
      backOff.answered(agreed);
      return agreed ? ok(null) : refuse(profile.id, 'Nothing was changed: you said no.');
    } finally {
      open = false;
    }
  };
}
