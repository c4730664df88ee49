/** INVITEs that are to take the place of a call of ours (RFC 3891). JsSIP refuses those for a call that is not answered with 403. */
import type { CallDirection } from '../../../contracts/call/call';

/** The part of JsSIP's incoming INVITE that is used. */
export interface ReplacingRequest {
  readonly method: string;
  readonly replaces?: { readonly early_only?: boolean };
  readonly reply: (status: number) => void;
}

/** The call that the Replaces names. */
export interface NamedCall {
  readonly direction: CallDirection;
  readonly isAnswered: boolean;
}

/** What such an INVITE is told (section 3), or that it rings and ends the named call once it is answered itself. */
export function replacesVerdict({ direction, isAnswered }: NamedCall, earlyOnly: boolean): 'rings' | 481 | 486 {
  if (isAnswered) return earlyOnly ? 486 : 'rings';
  // Nobody may take a call out of this phone that rings here.
  return direction === 'outgoing' ? 'rings' : 481;
}

/** The part of a session of JsSIP's that is used, of which its types know one half. */
interface Session {
  readonly isEstablished: () => boolean;
  receiveRequest: (request: ReplacingRequest) => void;
}
interface Replacing {
  readonly on: (event: 'confirmed', listener: () => void) => unknown;
  readonly init_incoming: (request: ReplacingRequest) => void;
}

/**
 * From now on INVITEs that name `session` in their Replaces are judged here. One that may take its place rings as a call of its own, and
 * `giveWay` is called once that is answered.
 */
export function takeReplaces(
  session: Pick<Session, 'isEstablished'> & object,
  ua: object,
  direction: CallDirection,
  giveWay: () => void,
): void {
  const named = session as Session;
  const receive = named.receiveRequest.bind(session);
  named.receiveRequest = (request) => {
    if (request.method !== 'INVITE' || request.replaces === undefined) {
      receive(request);
      return;
    }
    const verdict = replacesVerdict(
      { direction, isAnswered: named.isEstablished() },
      request.replaces.early_only === true,
    );
    if (verdict !== 'rings') {
      request.reply(verdict);
      return;
    }
    const made = Reflect.construct(session.constructor, [ua]) as Replacing;
    made.on('confirmed', giveWay);
    made.init_incoming(request);
  };
}
