/**
 * A key that took the place of another one, and whose gateway may not know it yet: is that what a refusal means, what is said about it, and how slowly its
 * tokens are tried. The line goes on with the token that it has.
 */
import type { Registration } from '../../../contracts/call/call';
import type { Grant } from '../../../contracts/profile/grant';
import { blamesAnotherThing } from '../../../contracts/base/token-complaint';
import { untriedDelay } from '../../base/untried-delay';
import type { EngineEvent, UpgradeAnswer } from '../port/user-agent';
import { keyUnknown, tokenMinted } from '../port/messages';
import type { RegisterAnswer } from '../port/sip-stack';
import { isBoundToFlow, isForSameGateway } from '../wire/presented-socket';
import { skewIn } from './register-verdict';
import { isGeneric, judgeRefusal } from './token-refusal';
import { identityParts } from '../../../contracts/profile/identity';

/** Where a token was refused: at the upgrade, by the registrar, or by a close code that means it. */
export type TokenRefusal =
  | { readonly at: 'upgrade'; readonly answer: UpgradeAnswer }
  | { readonly at: 'register'; readonly answer: RegisterAnswer; readonly toProxy: boolean }
  | { readonly at: 'close' };

const TOKEN_STATUSES: ReadonlySet<number> = new Set([401, 403]);
const registrarOf = ({ identity }: Grant): string => `sip:${identityParts(identity).domain}`;

/** Whether a gateway that refuses this token may just not know its key; `now` in ms since the epoch. Whatever it explains otherwise keeps its own sentence. */
export function mayNotKnowKey(grant: Grant, refusal: TokenRefusal, now: number): boolean {
  if (grant.untriedKey === undefined) return false;
  switch (refusal.at) {
    case 'close':
      return true;
    case 'upgrade': {
      const { status, saysWhy, failure } = refusal.answer;
      return TOKEN_STATUSES.has(status) && saysWhy !== true && failure.reason !== 'clock-skewed';
    }
    case 'register': {
      const { answer, toProxy } = refusal;
      if (!TOKEN_STATUSES.has(answer.status) && answer.status !== 407) return false;
      if (skewIn(answer, now) !== null || blamesAnotherThing(undefined, answer.phrase)) return false;
      const says = answer.challenges.some(
        ({ parameters }) =>
          parameters.get('stale')?.toLowerCase() === 'true' ||
          blamesAnotherThing(parameters.get('error'), parameters.get('error_description')),
      );
      const verdict = judgeRefusal(answer, grant, registrarOf(grant), toProxy);
      // A proxy that has not seen the token yet gets it first.
      return !says && isGeneric(verdict.sentence) && !(verdict.toProxy && !toProxy);
    }
  }
}

/** The grant before the refused one, where requests carry it and it lives still: the line goes on with it. */
export function grantToGoOnWith(before: Grant | null, refused: Grant | null, now: number): Grant | null {
  const fits =
    before !== null &&
    refused !== null &&
    !isBoundToFlow(before.presentation) &&
    isForSameGateway(before, refused) &&
    before.expiresAt > now;
  return fits ? before : null;
}

type Registered = Registration & { readonly phase: 'registered' };

/** A line that is registered, and which key its gateway does not know. */
export const withUnknownKey = (
  { phase, since, expiresAt, tookMs }: Registered,
  unknownKey: string | null,
): Registered => ({ phase, since, expiresAt, tookMs, ...(unknownKey === null ? {} : { unknownKey }) });

export interface UnknownKey {
  readonly key: string;
  /** When the next token may be tried, in ms from now. */
  readonly waitMs: number;
}

export interface UntriedKey {
  /** The key that the gateway does not know, or null. */
  readonly unknown: () => string | null;
  /** A grant is about to be tried. */
  readonly tries: (grant: Grant) => void;
  /** A grant is used from now on. */
  readonly took: (grant: Grant) => void;
  /** Not null: the gateway does not know the key. Counted, and told in one line of the live column. */
  readonly refused: (grant: Grant | null, refusal: TokenRefusal) => UnknownKey | null;
  /** A token of this grant was accepted. */
  readonly accepted: (grant: Grant | null) => void;
  /** When the next token may be tried, in ms from now. */
  readonly delay: () => number;
}

export interface UntriedKeyDeps {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: EngineEvent) => void;
  /** A token of an untried key was accepted. */
  readonly onAccepted?: ((grant: Grant) => void) | undefined;
}

/** Creates it; no key is untried. */
export function createUntriedKey({ now, random, onEvent, onAccepted }: UntriedKeyDeps): UntriedKey {
  let unknown: string | null = null;
  let known: string | null = null;
  let refusals = 0;
  let began = 0;
  /** Its token is told of once it is accepted, or another one takes its place: refused ones are one line together. */
  let untold: Grant | null = null;
  const tell = (): void => {
    if (untold !== null) onEvent(tokenMinted(untold));
    untold = null;
  };
  const delay = (): number => untriedDelay(Math.max(1, refusals), random());
  const tries = (grant: Grant): void => {
    if (grant.untriedKey === unknown) return;
    unknown = null;
    refusals = 0;
  };
  return {
    unknown: () => unknown,
    tries,
    took: (grant) => {
      tell();
      tries(grant);
      untold = grant;
      if (grant.untriedKey === undefined || grant.untriedKey === known) tell();
    },
    refused: (grant, refusal) => {
      if (grant?.untriedKey === undefined || grant.untriedKey === known || !mayNotKnowKey(grant, refusal, now()))
        return null;
      if (untold === grant) untold = null;
      unknown = grant.untriedKey;
      refusals += 1;
      if (refusals === 1) began = now();
      onEvent(keyUnknown(unknown, refusals, grant.fingerprint, `unknown-key ${unknown} ${began}`));
      return { key: unknown, waitMs: delay() };
    },
    accepted: (grant) => {
      if (grant?.untriedKey === undefined) return;
      known = grant.untriedKey;
      unknown = null;
      refusals = 0;
      tell();
      onAccepted?.(grant);
    },
    delay,
  };
}
