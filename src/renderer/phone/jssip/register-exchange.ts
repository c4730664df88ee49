/**
 * What JsSIP sends and hears of REGISTER. JsSIP has timers and loops of its own there (refresh by the first entry that it
 * takes for ours, a REGISTER for each 423) and stops at what it can't parse. So it hears a plain answer that is made here.
 */
import { localResponse, type WireMessage } from '../wire/sip-wire';

export interface RegisterExchange {
  /** A REGISTER as it leaves, with the life that was asked for; noted as the one that is under way. */
  readonly sending: (text: string, request: WireMessage) => string;
  /** The life in s that the next REGISTER asks for. */
  ask: (expiresS: number) => void;
  /** The URI of our Contact; empty before the first REGISTER. */
  readonly contactUri: () => string;
  /** True: the response is to the REGISTER that was sent last, and no other one is worth hearing. */
  readonly isAnswer: (response: WireMessage) => boolean;
  /** That response as JsSIP may hear it; challenges are not in it. */
  readonly plain: (response: WireMessage) => string;
}

/** A life that starts no timer of JsSIP's within an hour and a half; what that one does is nothing (see jssip-stack.ts). */
const LIFE_FOR_JSSIP_S = 10_800;

/** Public and temporary GRUU (RFC 5627 section 5.3): JsSIP puts them into its Contact. */
const GRUU = /;\s*((?:pub|temp)-gruu)\s*=\s*"(sips?:[\w.!~*'()%+@:;=&$,?/-]+)"/gi;

/** `askedS`: what a REGISTER asks for until `ask` says otherwise. */
export function createRegisterExchange(askedS: number, instanceId: string): RegisterExchange {
  let expiresS = askedS;
  let last: { readonly request: WireMessage; readonly contact: string } | null = null;

  const gruuIn = (response: WireMessage): string => {
    const own = response
      .headers('contact')
      .filter((value) => value.toLowerCase().includes(instanceId.toLowerCase()) && !value.includes(',<'));
    return [...(own[0] ?? '').matchAll(GRUU)].map(([, name = '', uri = '']) => `;${name}="${uri}"`).join('');
  };
  return {
    sending: (text, request) => {
      const leaves = /^Expires: 0\r?$/m.test(text);
      last = {
        request,
        contact: (request.headers('contact')[0] ?? '').replace(/;expires=\d+/i, ''),
      };
      return leaves
        ? text
        : text.replace(/^(Expires: )\d+/m, `$1${expiresS}`).replace(/^(Contact: .*;expires=)\d+/m, `$1${expiresS}`);
    },
    ask: (next) => {
      expiresS = next;
    },
    contactUri: () => /<([^>]+)>/.exec(last?.contact ?? '')?.[1] ?? '',
    isAnswer: ({ branch }) => last?.request.branch === branch,
    plain: (response) => {
      if (last === null) return '';
      const { status } = response;
      if (status < 300)
        return localResponse(last.request, 200, 'OK').replace(
          'Content-Length: 0',
          `Contact: ${last.contact};expires=${LIFE_FOR_JSSIP_S}${gruuIn(response)}\r\nContent-Length: 0`,
        );
      // 423 would bring the next REGISTER at once, and with a life that nobody bounds.
      return localResponse(last.request, status === 401 || status === 407 ? status : 500, 'Refused');
    },
  };
}
