/** What an answer to REGISTER means; pure. */
import type { Grant } from '../../../contracts/profile/grant';
import type { RegistrationProblem } from '../../../contracts/call/call';
import { skewSentence } from '../../../contracts/base/clock-skew';
import { isBoundToFlow } from '../wire/presented-socket';
import { registerSentence } from '../port/refusals';
import type { RegisterAnswer } from '../port/sip-stack';
import { lifeOf, longerThan } from './granted-life';
import { judgeRefusal, TOKEN_REFUSED, type RefusalVerdict } from './token-refusal';
import { identityParts } from '../../../contracts/profile/identity';

/** How the refused REGISTER was sent. */
export interface RegisterContext {
  readonly grant: Grant | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Another token was tried already since the last one that was accepted. */
  readonly tokenRetried: boolean;
  /** The token was presented to a proxy too. */
  readonly toProxy: boolean;
  /** The life that it asked for, in s; null: asking for a longer one was tried already. */
  readonly askedS?: number | null;
}

export type RegisterVerdict =
  /** `lifeMs`: how long the registration is taken to live. */
  | { readonly kind: 'accepted'; readonly lifeMs: number }
  /** Interval too brief (423): once more, asking for this life in s. */
  | { readonly kind: 'longer-life'; readonly expiresS: number }
  /** `on`: the flow that there is, or one that is opened with the token. */
  | { readonly kind: 'another-token'; readonly on: 'this-flow' | 'new-flow'; readonly toProxy: boolean }
  /** The same token, as Proxy-Authorization as well. */
  | { readonly kind: 'to-proxy' }
  | {
      readonly kind: 'problem';
      readonly problem: Extract<RegistrationProblem, 'token-refused' | 'clock-skewed' | 'registration-refused'>;
      readonly title: string;
      readonly sentence: string;
      readonly needsPerson: boolean;
      readonly retryAfterMs?: number | undefined;
    };

const AUTH_STATUSES = new Set([401, 403, 407]);

/** The sentence about a clock that is wrong, by the gateway's Date; null when neither is. */
export function skewIn({ date }: RegisterAnswer, now: number): string | null {
  return date === null ? null : skewSentence(now - date);
}

function refusalOf(answer: RegisterAnswer, grant: Grant | null, toProxy: boolean): RefusalVerdict {
  if (grant === null || isBoundToFlow(grant.presentation))
    return { another: true, toProxy: false, sentence: TOKEN_REFUSED };
  return judgeRefusal(answer, grant, `sip:${identityParts(grant.identity).domain}`, toProxy);
}

/** The verdict on a final response. */
export function judgeRegister(
  answer: RegisterAnswer,
  { grant, now, tokenRetried, toProxy, askedS = null }: RegisterContext,
): RegisterVerdict {
  const { status } = answer;
  if (status >= 200 && status < 300)
    return { kind: 'accepted', lifeMs: lifeOf(answer.expiresS, grant === null ? null : grant.expiresAt - now) };
  const longer = status === 423 && askedS !== null ? longerThan(askedS, answer.minExpiresS ?? null) : null;
  if (longer !== null) return { kind: 'longer-life', expiresS: longer };
  if (AUTH_STATUSES.has(status)) {
    const verdict = refusalOf(answer, grant, toProxy);
    // Whoever asks to be left alone does not want another token at once.
    if (verdict.another && !tokenRetried && answer.retryAfterMs === undefined)
      return {
        kind: 'another-token',
        on: grant === null || isBoundToFlow(grant.presentation) ? 'new-flow' : 'this-flow',
        toProxy: verdict.toProxy,
      };
    if (!verdict.another && verdict.toProxy && !toProxy) return { kind: 'to-proxy' };
    const skew = skewIn(answer, now);
    return skew === null
      ? {
          kind: 'problem',
          problem: 'token-refused',
          title: 'Token refused',
          sentence: verdict.sentence,
          needsPerson: true,
          retryAfterMs: answer.retryAfterMs,
        }
      : { kind: 'problem', problem: 'clock-skewed', title: 'Clock is wrong', sentence: skew, needsPerson: true };
  }
  return {
    kind: 'problem',
    problem: 'registration-refused',
    title: 'Not registered',
    sentence: registerSentence(answer),
    needsPerson: false,
    retryAfterMs: answer.retryAfterMs,
  };
}

/** The same, for a gateway that may be asked once more only if `mayAskNow`: at once as long as it was not asked too often for that; then it is a refusal like any other. */
export function judgeWithin(
  answer: RegisterAnswer,
  context: RegisterContext,
  mayAskNow: () => boolean,
): RegisterVerdict {
  const wished = judgeRegister(answer, context);
  const isRetry = wished.kind === 'another-token' || wished.kind === 'longer-life';
  return isRetry && !mayAskNow() ? judgeRegister(answer, { ...context, tokenRetried: true, askedS: null }) : wished;
}
