/** What a refused token or password means: would another one help, and what the person reads if not. */
import type { Grant } from '../../../contracts/profile/grant';
import { isMd5, isRealm, type Challenge } from '../wire/challenge';
import { isBoundToFlow } from '../wire/presented-socket';
import { mayCarryToken, tokenDomain } from '../wire/request-token';

/** A final response to a REGISTER or first INVITE that was refused. */
export interface AuthRefusal {
  readonly status: number;
  readonly challenges: readonly Challenge[];
}

export interface RefusalVerdict {
  /** Another token, presented in the same way, may be accepted. */
  readonly another: boolean;
  /** The next one is to be in Proxy-Authorization too; without `another` the same token, which a proxy asked for (407). */
  readonly toProxy: boolean;
  readonly sentence: string;
}

/** What is said when nothing more is known. */
export const TOKEN_REFUSED = 'The gateway refused the token: check the key of this profile.';
const PASSWORD_REFUSED = 'The gateway refused the password: check the key of this profile.';
/** True for what is said when nothing more is known. */
export const isGeneric = (sentence: string): boolean => sentence === TOKEN_REFUSED || sentence === PASSWORD_REFUSED;
const named = (challenge: Challenge | undefined): string =>
  (challenge?.parameters.get('realm') ?? '').replace(/[^\x20-\x7e]/g, '').slice(0, 60);

const no = (sentence: string): RefusalVerdict => ({ another: false, toProxy: false, sentence });

/** RFC 8898 section 2.1: `elsewhere`: the domain that the token goes to when the request went to another one; `toProxy`: it had the token in Proxy-Authorization too. */
function bearer(
  refusal: AuthRefusal,
  presentation: Extract<Grant['presentation'], { kind: 'bearer' }>,
  elsewhere: string | null,
  toProxy: boolean,
): RefusalVerdict {
  const [first] = refusal.challenges;
  if (elsewhere !== null)
    return no(
      `The gateway asks for a token of ${named(first) === '' ? 'another realm' : `"${named(first)}"`}; this line's goes to "${elsewhere}" only.`,
    );
  const byProxy = refusal.status === 407;
  if (refusal.status !== 401 && !byProxy) return no(TOKEN_REFUSED);
  const another: RefusalVerdict = { another: true, toProxy: toProxy || byProxy, sentence: TOKEN_REFUSED };
  // RFC 8898 knows no challenge for a header of the gateway's own.
  if (presentation.header !== 'Authorization') return byProxy ? no(TOKEN_REFUSED) : { ...another, toProxy: false };
  if (first === undefined) return byProxy ? no(TOKEN_REFUSED) : another;
  const ours = refusal.challenges.find(
    (one) => one.scheme === 'bearer' && (!one.parameters.has('realm') || isRealm(one, presentation.realm)),
  );
  if (ours === undefined)
    return no(
      `The gateway asks for ${first.scheme === 'bearer' ? 'a token' : `"${first.scheme}"`} of "${named(first)}"; this line has a token of "${presentation.realm}".`,
    );
  const asked = ours.parameters.get('error');
  // The proxy has not seen it yet.
  if (byProxy && !toProxy && asked === undefined) return { another: false, toProxy: true, sentence: TOKEN_REFUSED };
  const error = asked ?? 'invalid_token';
  return error === 'invalid_token'
    ? another
    : no(`The gateway does not accept what this line's token allows (${error.replace(/[^\w-]/g, '').slice(0, 40)}).`);
}

function digest(refusal: AuthRefusal, realm: string): RefusalVerdict {
  const asked = refusal.challenges.filter((one) => one.scheme === 'digest');
  const ours = asked.filter((one) => isRealm(one, realm));
  if (ours.some(isMd5)) return { another: true, toProxy: false, sentence: PASSWORD_REFUSED };
  const [first] = ours;
  if (first !== undefined) {
    const algorithm = (first.parameters.get('algorithm') ?? '').replace(/[^\w-]/g, '').slice(0, 20);
    return no(
      `The gateway asks for digest with ${algorithm}, and Ringfence answers with MD5 only: let the gateway offer MD5 too.`,
    );
  }
  if (asked.length > 0)
    return no(`The gateway asks for a password of "${named(asked[0])}"; this line's is for "${realm}" only.`);
  return no(PASSWORD_REFUSED);
}

/** The verdict on a 401, 403 or 407 to a request with this Request-URI. Where the token is bound to the WebSocket, another request can't carry another one; `toProxy`: it had the token in Proxy-Authorization too. */
export function judgeRefusal(refusal: AuthRefusal, grant: Grant, requestUri: string, toProxy = false): RefusalVerdict {
  const { presentation } = grant;
  if (presentation.kind === 'bearer')
    return bearer(refusal, presentation, mayCarryToken(requestUri, grant) ? null : tokenDomain(grant), toProxy);
  if (presentation.kind === 'digest') return digest(refusal, presentation.realm);
  return { another: !isBoundToFlow(presentation), toProxy: false, sentence: TOKEN_REFUSED };
}
