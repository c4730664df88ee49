/**
 * The descriptions of one call on their way between the wire and JsSIP. JsSIP and Chromium see one audio stream in clean SDP, whatever
 * the far end writes; the far end sees all of its streams in their order, those that we do not take rejected.
 *
 * It stands at the wire and not at JsSIP's `sdp` event, because JsSIP reads directions and bodies before it emits that one.
 */
import { bodyOf, withHeader, withSdp } from '../wire/sip-body';
import { localAudio, writeLocal, type Layout } from '../wire/sdp/local-description';
import { readRemote, receives, sends, type RemoteDescription, type SoundProblem } from '../wire/sdp/remote-description';
import type { WireMessage } from '../wire/sip-wire';

/** Why an answer makes no call; `no-contact`: it names nobody that requests could be sent to (RFC 3261 section 12.1.1). */
export type AnswerProblem = SoundProblem | 'no-contact';

export interface SessionDescriptions {
  /** A message of this call arrived: as JsSIP may hear it. */
  readonly hear: (message: WireMessage, text: string) => string;
  /** A message of this call leaves: as the far end may hear it. */
  readonly send: (message: WireMessage, text: string) => string;
  /** What is wrong with the offer that was heard last: it is to be refused with 488. */
  readonly offerProblem: () => SoundProblem | null;
  /** What is wrong with the answer that was heard last; JsSIP was given one that it gives up on. */
  readonly answerProblem: () => AnswerProblem | null;
  /** The far end takes no sound in, by what was agreed last. */
  readonly isHeldByPeer: () => boolean;
  /** This listener is told of each agreement, also where nothing changed. */
  readonly onAgreed: (listener: () => void) => void;
}

/** Chromium refuses it, so that JsSIP ends the transaction as it does for any answer that does not fit: with ACK and BYE. */
const UNUSABLE = 'v=0\r\n';
const isOfferer = ({ method }: WireMessage): boolean => method === 'INVITE' || method === 'UPDATE';
const sequenceOf = (message: WireMessage): string => message.headers('cseq')[0] ?? '';
/** A body of another kind is JsSIP's to refuse (415). */
const hasSdp = (message: WireMessage): boolean => {
  const [type = 'application/sdp'] = message.headers('content-type');
  return /^application\/sdp\b/i.test(type);
};
const tagOf = (message: WireMessage): string =>
  /;\s*tag\s*=\s*([^;,\s]+)/i.exec(message.headers('to')[0] ?? '')?.[1] ?? '';
const isUsableContact = (contact: string | undefined): boolean =>
  contact !== undefined && /^(?:[^<]*<\s*)?sips?:[^\s>;]/i.test(contact);

/** RFC 3264 section 6 and RFC 3261 section 20.43: the refusal of an offer that no sound can come of, as JsSIP takes it. */
export function refusalOf(problem: SoundProblem): { readonly status_code: 488; readonly extraHeaders: string[] } {
  const warning =
    problem === 'no-webrtc'
      ? '302 ringfence.invalid "Sound is taken by ICE and DTLS-SRTP only"'
      : '305 ringfence.invalid "No common sound format"';
  return { status_code: 488, extraHeaders: [`Warning: ${warning}`] };
}

/** The descriptions of a call that has none yet. */
export function createSessionDescriptions(): SessionDescriptions {
  let layout: Layout | null = null;
  let mid: string | null = null;
  /** Offers of the far end's that are not answered yet, by CSeq. */
  const pending = new Map<string, RemoteDescription>();
  /** CSeq of what was agreed last on their offer, and on ours: what comes again changes nothing. */
  let answeredTo = '';
  let answeredBy = '';
  /** Our 200 was an offer: their ACK is the answer. */
  let awaitsAck = false;
  let offerProblem: SoundProblem | null = null;
  let answerProblem: AnswerProblem | null = null;
  /** Our last offer asked for sound to us or gave some: only what it gave can be refused. */
  let offeredToSend = true;
  let held = false;
  /** The Request-URI of our INVITE. */
  let target = '';
  let established = false;
  /** The newest description that came before the answer, by the far end's tag; the first one is the one that is heard. */
  const early = new Map<string, string>();
  /** Far ends that said before their answer where requests go. */
  const reachable = new Set<string>();

  let agreed: () => void = () => undefined;

  const setHeld = (next: boolean): void => {
    held = next;
    agreed();
  };
  const read = (sdp: string, kind: 'offer' | 'answer'): RemoteDescription | SoundProblem =>
    readRemote(sdp, kind, layout?.audio ?? (kind === 'answer' ? 0 : null));
  const forChromium = (remote: RemoteDescription): string => {
    mid ??= remote.slots[remote.audio]?.mid ?? '0';
    return remote.write(mid);
  };
  const refuse = (text: string, problem: AnswerProblem): string => {
    answerProblem = problem;
    return withSdp(text, UNUSABLE);
  };

  const hearOffer = (message: WireMessage, text: string, sdp: string): string => {
    offerProblem = null;
    if (sdp === '') return text;
    const remote = read(sdp, 'offer');
    if (typeof remote === 'string') {
      offerProblem = remote;
      return text;
    }
    pending.set(sequenceOf(message), remote);
    return withSdp(text, forChromium(remote));
  };

  const hearAnswer = (text: string, sdp: string): string => {
    answerProblem = null;
    const remote = read(sdp, 'answer');
    if (typeof remote === 'string') return refuse(text, remote);
    if (offeredToSend) setHeld(!receives(remote.direction));
    return withSdp(text, forChromium(remote));
  };

  /**
   * 180, 183 ... to the first INVITE. Where several phones ring, the first one with sound is heard until one answers: a phone that was left could not be
   * heard again, since its DTLS association is over. The newest description of that one counts.
   */
  const hearProgress = (message: WireMessage, text: string, sdp: string): string => {
    const tag = tagOf(message);
    const contact = message.headers('contact')[0];
    if (isUsableContact(contact)) reachable.add(tag);
    // JsSIP throws where a Contact is no SIP URI.
    const known =
      contact === undefined || isUsableContact(contact) ? text : withHeader(text, 'Contact', 'm', `<${target}>`);
    const remote = sdp === '' ? 'no-common-sound' : read(sdp, 'answer');
    if (typeof remote === 'string') return sdp === '' ? known : withSdp(known, '');
    const [heard = tag] = early.keys();
    const isNew = heard === tag && early.get(tag) !== sdp;
    early.set(tag, sdp);
    return withSdp(known, isNew ? forChromium(remote) : '');
  };

  const hearFirstAnswer = (message: WireMessage, text: string, sdp: string): string => {
    const tag = tagOf(message);
    if (!reachable.has(tag) && !isUsableContact(message.headers('contact')[0]))
      return refuse(withHeader(text, 'Contact', 'm', `<${target}>`), 'no-contact');
    // RFC 3261 section 13.2.1: the description of a reliable 183 is the answer; many send it in an unreliable one and say no more.
    established = true;
    return hearAnswer(text, sdp === '' ? (early.get(tag) ?? [...early.values()][0] ?? '') : sdp);
  };

  return {
    offerProblem: () => offerProblem,
    answerProblem: () => answerProblem,
    isHeldByPeer: () => held,
    onAgreed: (listener) => {
      agreed = listener;
    },
    hear: (message, text) => {
      if (!hasSdp(message)) return text;
      const sdp = bodyOf(text);
      if (message.kind === 'request') {
        if (isOfferer(message)) return hearOffer(message, text, sdp);
        if (message.method !== 'ACK' || !awaitsAck || sdp === '') return text;
        awaitsAck = false;
        return hearAnswer(text, sdp);
      }
      if (!isOfferer(message) || message.status <= 100 || message.status >= 300) return text;
      const isFirst = message.method === 'INVITE' && !established && target !== '';
      if (message.status < 200) return isFirst ? hearProgress(message, text, sdp) : text;
      // A 200 that comes again is only acknowledged again.
      if (answeredBy === sequenceOf(message)) return text;
      answeredBy = sequenceOf(message);
      if (isFirst) return hearFirstAnswer(message, text, sdp);
      return sdp === '' ? text : hearAnswer(text, sdp);
    },
    send: (message, text) => {
      if (!isOfferer(message)) return text;
      const sequence = sequenceOf(message);
      if (message.kind === 'request') {
        if (message.method === 'INVITE' && !message.inDialog) target = /^INVITE (\S+)/.exec(text)?.[1] ?? '';
      } else {
        if (message.status >= 300) pending.delete(sequence);
        if (message.status >= 300 || message.status < 200) return text;
      }
      const sdp = bodyOf(text);
      if (sdp === '') return text;
      const local = localAudio(sdp);
      mid ??= local.mid;
      const offer = message.kind === 'response' ? pending.get(sequence) : undefined;
      if (offer !== undefined) {
        pending.delete(sequence);
        answeredTo = sequence;
        layout = offer;
        setHeld(!receives(offer.direction));
      } else if (message.kind === 'request' || answeredTo !== sequence) {
        offeredToSend = sends(local.direction);
        awaitsAck = message.kind === 'response';
      }
      return layout === null ? text : withSdp(text, writeLocal(sdp, layout));
    },
  };
}
