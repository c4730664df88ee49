/** The far end of calls of one phone on a switchboard, whose every message a test writes itself: descriptions, Contact, what is left out. */
import { bodyOf } from '../../../src/renderer/phone/wire/sip-body';
import type { WireMessage } from '../../../src/renderer/phone/wire/sip-wire';
import type { Switchboard } from '../servers/switchboard';

export interface Sent {
  readonly text: string;
  readonly message: WireMessage;
  readonly sdp: string;
}

export interface OddFarEnd {
  /** What the phone sent in its calls, oldest first. */
  readonly sent: readonly Sent[];
  /** The newest that begins so (`SIP/2.0 200`, `BYE`), once there are `count` of them. */
  readonly heard: (start: string, count?: number) => Promise<Sent>;
  /** Sends INVITE, or a re-INVITE once there is a dialog; `null`: without a description. */
  readonly invite: (sdp: string | null) => void;
  /** ACK to the last 200, with a description where the 200 had the offer. */
  readonly ack: (sdp?: string) => void;
  /** Answers the phone's last INVITE. */
  readonly respond: (
    status: number,
    more?: {
      readonly sdp?: string;
      readonly contact?: string | null;
      readonly tag?: string;
      readonly headers?: readonly string[];
    },
  ) => void;
}

const WITHIN_MS = 4_000;
const CONTACT = '<sip:far@far.invalid;transport=ws>';

/** Takes the whole of what `user` sends from now on; REGISTER still works. Begin before the phone starts. */
export function createOddFarEnd(board: Switchboard, user = '1001'): OddFarEnd {
  const sent: Sent[] = [];
  let address = '';
  let sequence = 100;
  /** To and From of the dialog as the far end writes them, and its Call-ID. */
  let dialog: { readonly local: string; remote: string; readonly callId: string } | null = null;
  const first = (message: WireMessage, name: string): string => message.headers(name)[0] ?? '';

  const write = (start: string, headers: readonly string[], sdp = ''): void =>
    board.inject(
      user,
      [
        start,
        ...headers,
        ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
        `Content-Length: ${new TextEncoder().encode(sdp).length}`,
        '',
        sdp,
      ].join('\r\n'),
    );
  const request = (method: string, number: number, sdp = ''): void => {
    if (dialog === null) throw new Error('there is no dialog');
    write(
      `${method} ${address} SIP/2.0`,
      [
        `Via: SIP/2.0/WS far.invalid;branch=z9hG4bKfar${number}${method}`,
        'Max-Forwards: 69',
        `From: ${dialog.local}`,
        `To: ${dialog.remote}`,
        `Call-ID: ${dialog.callId}`,
        `CSeq: ${number} ${method}`,
        `Contact: ${CONTACT}`,
      ],
      sdp,
    );
  };

  board.judge = ({ from, text, message }) => {
    if (from !== user) return 'pass';
    if (message.method === 'REGISTER') {
      address = /<(sip:[^>]+)>/.exec(first(message, 'contact'))?.[1] ?? '';
      return 'pass';
    }
    sent.push({ text, message, sdp: bodyOf(text) });
    if (message.kind === 'response' && message.method === 'INVITE' && message.status < 300 && dialog !== null)
      dialog.remote = first(message, 'to');
    return message.kind === 'request' && !['INVITE', 'ACK'].includes(message.method)
      ? { status: 200, phrase: 'OK' }
      : 'swallow';
  };

  return {
    sent,
    heard: async (start, count = 1) => {
      const until = Date.now() + WITHIN_MS;
      for (;;) {
        const found = sent.filter(({ text }) => text.startsWith(start));
        const newest = found.at(-1);
        if (newest !== undefined && found.length >= count) return newest;
        if (Date.now() > until)
          throw new Error(
            `${start} was not sent, but ${sent.map(({ text }) => text.split('\r\n')[0] ?? '').join(', ')}`,
          );
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    invite: (sdp) => {
      dialog ??= {
        local: '<sip:bob@far.invalid>;tag=far',
        remote: `<sip:${user}@practice.invalid>`,
        callId: 'odd-call',
      };
      sequence += 1;
      request('INVITE', sequence, sdp ?? '');
    },
    ack: (sdp = '') => request('ACK', sequence, sdp),
    respond: (status, { sdp = '', contact = CONTACT, tag = 'far', headers = [] } = {}) => {
      const invite = sent.findLast(({ message }) => message.kind === 'request' && message.method === 'INVITE')?.message;
      if (invite === undefined) throw new Error('the phone has not called');
      const to = invite.inDialog ? first(invite, 'to') : `${first(invite, 'to')};tag=${tag}`;
      dialog ??= { local: to, remote: first(invite, 'from'), callId: invite.callId };
      write(
        `SIP/2.0 ${status} X`,
        [
          ...invite.headers('via').map((via) => `Via: ${via}`),
          `From: ${first(invite, 'from')}`,
          `To: ${to}`,
          `Call-ID: ${invite.callId}`,
          `CSeq: ${first(invite, 'cseq')}`,
          ...(contact === null ? [] : [`Contact: ${contact}`]),
          ...headers,
        ],
        sdp,
      );
    },
  };
}
