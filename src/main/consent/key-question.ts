/**
 * Asks the person, in a box that no page can draw or press, before a text becomes a line's key: which text (its fingerprint), which line it is for, whom that speaks
 * for and where it leads. Without it a window that was taken over could take what an admin has copied, or chosen as a file, for a line of its own making.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KeySlot, Profile } from '../../contracts/profile/profile';
import { fail, ok, type Result } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { NativeQuestion } from './change-question';
import type { Clock } from '../base/clock';
import { createDialogBackOff } from './dialog-back-off';
import { providerHost } from '../providers/http';
import { shownAddress, shownName } from './shown-text';
import { doubtAbout, type OfferedKey } from '../secrets/offered-key';
import type { Secret } from '../secrets/secret';

export interface KeyQuestionPorts {
  /** As it is now, with the policy that holds. */
  readonly find: (profileId: string) => Profile | null;
  readonly ask: (question: NativeQuestion) => Promise<boolean>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly audit: (entry: NewAuditEntry) => void;
}

export type KeyFrom = 'clipboard' | 'file' | 'generated';

export interface KeyQuestion {
  /**
   * Reads or makes the key by `offer`, shows its fingerprint, and does `put` with it if the person agrees: with what was shown, whatever the clipboard holds by then. What
   * is no usable key is put after a yes alone, too: until then the page learns nothing of the clipboard. What looks like something else than a key is explained there, and
   * used after "Use it anyway". Fails with `cancelled` when the person says no or said no a moment ago, when another key is being asked about, or when the profile was
   * changed meanwhile: then it is not the one that was agreed to. Each refusal is audited.
   */
  readonly agreeThen: <T>(
    profile: Profile,
    slot: KeySlot,
    from: KeyFrom,
    offer: () => Promise<Result<OfferedKey>>,
    put: (key: Result<Secret>) => Promise<Result<T>>,
  ) => Promise<Result<T>>;
  /** A key is on its way into this profile: from now on a change of it is a change of a profile that has one. */
  readonly isFor: (profileId: string) => boolean;
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);

const SOURCES: Readonly<Record<KeyFrom, string>> = {
  clipboard: 'the text on the clipboard',
  file: 'what is in that file',
  generated: 'the key that Ringfence has just made',
};

function questionFor(
  { id, name, identity, gatewayUrl, provider }: Profile,
  slot: KeySlot,
  from: KeyFrom,
  key: Result<Secret>,
  doubt: string | null,
): NativeQuestion {
  const host = providerHost(provider);
  const length = key.ok ? key.value.use((bytes) => bytes.length) : 0;
  const lines = [
    ...(doubt === null ? [] : [`${doubt} If that is so, press Cancel.`, '', `It has ${length} characters.`]),
    key.ok ? `Its fingerprint: ${key.value.fingerprint}` : `It can't be used: ${key.failure.sentence}`,
    host !== null
      ? `The key is sent to: ${shownAddress(host)}`
      : `The key stays on this computer and signs tokens${identity === '' ? '.' : ` for: ${shownAddress(identity)}`}`,
    ...(host === null || identity === '' ? [] : [`It speaks for: ${shownAddress(identity)}`]),
    ...(gatewayUrl === '' ? [] : [`Its tokens go to: ${shownAddress(hostOf(gatewayUrl))}`]),
  ];
  return {
    title: 'Use this as a key?',
    message:
      doubt === null
        ? `Use ${SOURCES[from]} as the ${slot} key of ${shownName(name)} (${id})?`
        : `This does not look like a key. Use ${SOURCES[from]}, exactly as it stands, as the ${slot} key of ${shownName(name)} (${id})?`,
    detail: `${lines.join('\n')}\n\n${from === 'generated' ? 'Once the gateway has it, the gateway must show this fingerprint.' : 'Compare the fingerprint with the one where the key comes from.'} If you did not ask for this just now, press Cancel and tell your admin.`,
    agree: doubt === null ? 'Use it' : 'Use it anyway',
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
    agreeThen: async ({ id }, slot, from, offer, put) => {
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
        const offered = await offer();
        const shown = find(id);
        const doubt = offered.ok && shown !== null ? doubtAbout(offered.value, shown) : ok(null);
        const key: Result<Secret> = !offered.ok ? offered : doubt.ok ? ok(offered.value.secret) : doubt;
        if (!key.ok && from !== 'clipboard') return key;
        const agreed =
          shown !== null && (await ask(questionFor(shown, slot, from, key, doubt.ok ? doubt.value : null)));
        if (shown !== null) backOff.answered(agreed);
        if (!agreed) return refuse(id, 'No key was taken: you said no.');
        return isDeepStrictEqual(find(id), shown)
          ? await put(key)
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
