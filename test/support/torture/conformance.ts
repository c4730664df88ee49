/** What the RFCs want a user agent to do with each torture message, and why this phone does otherwise where it does. */
import type { Outcome } from './torture-run';

export interface Conformance {
  /** In the words of the RFC, shortened. */
  readonly wants: string;
  /** What is right when the request is for this phone; `404` is right as well for a request that is for somebody else. */
  readonly right: readonly Outcome[];
  /** An outcome that is not among them, and its reason. */
  readonly why?: Readonly<Record<Outcome, string>>;
}

/** A well-formed INVITE whose offer is RTP/AVP alone: it rings, or is refused because no browser can take that sound. */
const CALL: readonly Outcome[] = ['rings', '488'];
/** A phone is no registrar (RFC 3261 section 8.2.1). */
const NO_REGISTRAR: readonly Outcome[] = ['405', '501'];
const TO_NOTHING: readonly Outcome[] = ['nothing'];
const REGISTERED = 'a registrar takes it; a phone refuses REGISTER';

/** By the name of the message. */
export const conformance: Readonly<Record<string, Conformance>> = {
  wsinv: { wants: 'taken as a well-formed request; its To tag names no dialog here', right: [...CALL, '481'] },
  intmeth: { wants: '501 (or 405) with Allow', right: ['501', '405'] },
  esc01: { wants: 'taken as a well-formed request', right: CALL },
  escnull: { wants: REGISTERED, right: NO_REGISTRAR },
  esc02: { wants: 'not taken for REGISTER: an unknown method, 501 (or 405)', right: ['501', '405'] },
  lwsdisp: { wants: 'taken as a well-formed request', right: ['200'] },
  longreq: { wants: 'taken as a well-formed request', right: CALL },
  dblreq: { wants: 'the REGISTER is handled, what follows it is ignored', right: NO_REGISTRAR },
  semiuri: { wants: 'taken as a well-formed request for the user with the semicolon', right: ['200'] },
  transports: { wants: 'taken as a well-formed request', right: ['200'] },
  mpart01: { wants: 'taken as a well-formed request; 405 where MESSAGE is not known', right: ['200', '405'] },
  unreason: { wants: 'a well-formed response; to nothing that was asked here', right: TO_NOTHING },
  noreason: { wants: 'a well-formed response; to nothing that was asked here', right: TO_NOTHING },
  badinv01: {
    wants: '400',
    right: ['400'],
    why: { '488': 'taken as a call: empty parameters say nothing, and a call is worth more than the grammar' },
  },
  clerr: { wants: '400 where the transport says where a message ends', right: ['400'] },
  ncl: { wants: '400', right: ['400'] },
  scalar02: { wants: '400, for the CSeq', right: ['400'] },
  scalarlg: { wants: 'discarded', right: TO_NOTHING },
  quotbal: { wants: '400; a liberal element may close the quotes', right: ['400', ...CALL] },
  ltgtruri: { wants: '400; a liberal element may ignore the brackets', right: ['400', ...CALL] },
  lwsruri: {
    wants: '400; a liberal element may ignore the space (the To tag names no dialog here)',
    right: ['400', '481'],
  },
  lwsstart: { wants: '400; a liberal element may ignore the spaces', right: ['400', ...CALL] },
  trws: { wants: '400; a liberal element may ignore the spaces', right: ['400', '200'] },
  escruri: { wants: '400; a liberal element may ignore the headers', right: ['400', ...CALL] },
  baddate: { wants: '400, or the Date is ignored', right: ['400', ...CALL] },
  regbadct: { wants: `400 from a registrar; a phone refuses REGISTER`, right: ['400', ...NO_REGISTRAR] },
  badaspec: { wants: '400; a liberal element may ignore the spaces', right: ['400', '200'] },
  baddn: { wants: '400; a liberal element may read the name all the same', right: ['400', '200'] },
  badvers: { wants: '505', right: ['505'] },
  mismatch01: { wants: '400', right: ['400'] },
  mismatch02: { wants: '400 or 501', right: ['400', '501'] },
  bigcode: { wants: 'discarded', right: TO_NOTHING },
  badbranch: { wants: 'answered; its branch identifies no transaction', right: ['200', '400'] },
  insuf: { wants: '400', right: ['400'] },
  unkscm: {
    wants: '416',
    right: ['416'],
    why: { '200': 'with our Contact as the request URI nothing is wrong with it' },
  },
  novelsc: {
    wants: '416',
    right: ['416'],
    why: { '200': 'with our Contact as the request URI nothing is wrong with it' },
  },
  unksm2: { wants: REGISTERED, right: ['400', ...NO_REGISTRAR] },
  bext01: { wants: '420 with Unsupported', right: ['420'] },
  invut: { wants: '415 with Accept', right: ['415'] },
  regaut01: { wants: '401 from a registrar; a phone refuses REGISTER', right: NO_REGISTRAR },
  multi01: { wants: '400', right: ['400'] },
  mcl01: { wants: '400', right: ['400'] },
  bcast: { wants: 'discarded: it is not sent to the broadcast address', right: TO_NOTHING },
  zeromf: { wants: '483 from a proxy; an endpoint answers', right: ['200'] },
  cparam01: { wants: REGISTERED, right: NO_REGISTRAR },
  cparam02: { wants: REGISTERED, right: NO_REGISTRAR },
  regescrt: { wants: REGISTERED, right: NO_REGISTRAR },
  sdp01: { wants: '406, since the answer would be SDP', right: ['406'] },
  inv2543: {
    wants: 'taken as RFC 2543 has it, without Contact, tag or branch',
    right: CALL,
    why: { '400': 'without a Contact there is nowhere to send the BYE to (RFC 3261 section 8.1.1.8)' },
  },
  'ipv6-good': { wants: REGISTERED, right: NO_REGISTRAR },
  'ipv6-bad': { wants: '400', right: ['400'], why: { '405': 'a phone refuses REGISTER, whatever its request URI' } },
  'port-ambiguous': { wants: REGISTERED, right: NO_REGISTRAR },
  'port-unambiguous': { wants: REGISTERED, right: NO_REGISTRAR },
  'via-received-param-with-delim': { wants: 'taken; there is no such dialog here', right: ['481'] },
  'via-received-param-no-delim': { wants: 'taken', right: ['200'] },
  'ipv6-in-sdp': { wants: 'taken', right: CALL },
  'mult-ip-in-header': { wants: 'taken; there is no such dialog here', right: ['481'] },
  'mult-ip-in-sdp': { wants: 'taken', right: CALL },
  'ipv4-mapped-ipv6': { wants: 'taken', right: CALL },
  'ipv6-bug-abnf-3-colons': { wants: 'taken, or 400: the old grammar allowed it by mistake', right: ['200', '400'] },
  'ipv6-correct-abnf-2-colons': { wants: 'taken', right: ['200'] },
};
