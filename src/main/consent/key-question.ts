/**
 * Asks the person, in a box that no page can draw or press, before a text becomes a line's key: which line it is for, whom that speaks for and where it
 * leads. Without it a window that was taken over could take what an admin has copied, or chosen as a file, for a line of its own making.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KeySlot, Profile } from '../../contracts/profile/profile';
import { fail, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { NativeQuestion } from './change-question';
import type { Clock } from '../base/clock';
import { createDialogBackOff } from './dialog-back-off';
import { providerHost } from '../providers/http';
import { shownAddress, shownName } from './shown-text';

export interface KeyQuestionPorts {
  /** As it is now, with the policy that holds. */
  readonly find: (profileId: string) => Profile | null;
  readonly ask: (question: NativeQuestion) => Promise<boolean>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly audit: (entry: NewAuditEntry) => void;
}

export interface KeyQuestion {
  /**
   * Does `put` if the person agrees. Fails with `cancelled` when the person says no or said no a moment ago, when another key is being asked about, or when the profile was
   * changed meanwhile: then it is not the one that was agreed to. Each refusal is audited.
   */
  readonly agreeThen: <T>(
    profile: Profile,
    slot: KeySlot,
    from: 'clipboard' | 'file',
    put: () => Promise<Result<T>>,
  ) => Promise<Result<T>>;
  /** A key is on its way into this profile: from now on a change of it is a change of a profile that has one. */
  readonly isFor: (profileId: string) => boolean;
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

function questionFor(
  { id, name, identity, gatewayUrl, provider }: Profile,
  slot: KeySlot,
  from: 'clipboard' | 'file',
): NativeQuestion {
  const host = providerHost(provider);
  const lines = [
    host === null ? 'The key stays on this computer, and signs.' : `The key is sent to: ${shownAddress(host)}`,
    ...(identity === '' ? [] : [`Speaks for: ${shownAddress(identity)}`]),
    ...(gatewayUrl === '' ? [] : [`Its tokens go to: ${shownAddress(hostOf(gatewayUrl))}`]),
  ];
  return {
    title: 'Use this as a key?',
    message: `Use ${from === 'clipboard' ? 'the text on the clipboard' : 'what is in that file'} as the ${slot} key of ${shownName(name)} (${id})?`,
    detail: `${lines.join('\n')}\n\nIf you did not ask for this just now, press Cancel and tell your admin.`,
    agree: 'Use it',
  };
}

export function createKeyQuestion({ find, ask, clock, audit }: KeyQuestionPorts): KeyQuestion {
  let open: string | null = null;
  const backOff = createDialogBackOff(clock);
  const refuse = (profileId: string, sentence: string) => {
    audit({ what: 'refusal', profileId, purpose: 'key', reason: 'cancelled' });
    return fail('cancelled', sentence);
  };
  return {
    isFor: (profileId) => open === profileId,
    agreeThen: async ({ id }, slot, from, put) => {
      if (open !== null) return refuse(id, 'Ringfence is asking about another key already. Answer that first.');
      const pauseMs = backOff.pauseMs();
      if (pauseMs > 0)
        return refuse(
          id,
          `No key was taken: you said no a moment ago. Ringfence asks again in ${Math.ceil(pauseMs / 1000)} s.`,
        );
      // First, so that what is shown can't be changed any more without a question of its own.
      open = id;
      try {
        const shown = find(id);
        const agreed = shown !== null && (await ask(questionFor(shown, slot, from)));
        if (shown !== null) backOff.answered(agreed);
        if (!agreed) return refuse(id, 'No key was taken: you said no.');
        return isDeepStrictEqual(find(id), shown)
          ? await put()
          : refuse(
              id,
              `"${shown.name}" was changed meanwhile, so no key was taken. Look at it, then add the key again.`,
            );
      } finally {
        open = null;
      }
    },
  };
}
