/** What a refused token or password means: would another one help, and what the person reads if not. */
import type { Grant } from '../../contracts/grant';
import { isMd5, isRealm, type Challenge } from './challenge';
import { isBoundToFlow } from './presented-socket';
import { mayCarryToken } from './request-token';

/** A final response to a REGISTER or first INVITE that was refused. */
export interface AuthRefusal {
  readonly status: number;
  readonly challenges: readonly Challenge[];
}

export interface RefusalVerdict {
  /** Another token, presented in the same way, may be accepted. */
  readonly another: boolean;
  readonly sentence: string;
}

/** What is said when nothing more is known. */
export const TOKEN_REFUSED = 'The gateway refused the token: check the key of this profile.';
const PASSWORD_REFUSED = 'The gateway refused the password: check the key of this profile.';
const named = (challenge: Challenge | undefined): string => (challenge?.parameters.get('realm') ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 60);

function bearer(refusal: AuthRefusal, presentation: Extract<Grant['presentation'], { kind: 'bearer' }>, sent: boolean): RefusalVerdict {
  const [first] = refusal.challenges;
  if (!sent) return { another: false, sentence: `The gateway asks for a token of ${named(first) === '' ? 'another realm' : `"${named(first)}"`}; this line's goes to "${presentation.realm}" only.` };
  if (refusal.status !== 401) return { another: false, sentence: TOKEN_REFUSED };
  // RFC 8898 knows no challenge for a header of the gateway's own.
  if (presentation.header !== 'Authorization' || first === undefined) return { another: true, sentence: TOKEN_REFUSED };
  const ours = refusal.challenges.find((one) => one.scheme === 'bearer' && (!one.parameters.has('realm') || isRealm(one, presentation.realm)));
  if (ours === undefined) return { another: false, sentence: `The gateway asks for ${first.scheme === 'bearer' ? 'a token' : `"${first.scheme}"`} of "${named(first)}"; this line has a token of "${presentation.realm}".` };
  const error = ours.parameters.get('error') ?? 'invalid_token';
  return error === 'invalid_token' ? { another: true, sentence: TOKEN_REFUSED } : { another: false, sentence: `The gateway does not accept what this line's token allows (${error.replace(/[^\w-]/g, '').slice(0, 40)}).` };
}

function digest(refusal: AuthRefusal, realm: string): RefusalVerdict {
  const asked = refusal.challenges.filter((one) => one.scheme === 'digest');
  const ours = asked.filter((one) => isRealm(one, realm));
  if (ours.some(isMd5)) return { another: true, sentence: PASSWORD_REFUSED };
  const [first] = ours;
  if (first !== undefined) {
    const algorithm = (first.parameters.get('algorithm') ?? '').replace(/[^\w-]/g, '').slice(0, 20);
    return { another: false, sentence: `The gateway asks for digest with ${algorithm}, and Ringfence answers with MD5 only: let the gateway offer MD5 too.` };
  }
  if (asked.length > 0) return { another: false, sentence: `The gateway asks for a password of "${named(asked[0])}"; this line's is for "${realm}" only.` };
  return { another: false, sentence: PASSWORD_REFUSED };
}

/** The verdict on a 401, 403 or 407 to a request with this Request-URI. Where the token is bound to the WebSocket, another request can't carry another one. */
export function judgeRefusal(refusal: AuthRefusal, grant: Grant, requestUri: string): RefusalVerdict {
  const { presentation } = grant;
  if (presentation.kind === 'bearer') return bearer(refusal, presentation, mayCarryToken(requestUri, grant));
  if (presentation.kind === 'digest') return digest(refusal, presentation.realm);
  return { another: !isBoundToFlow(presentation), sentence: TOKEN_REFUSED };
}
