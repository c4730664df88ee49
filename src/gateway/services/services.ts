/** The practice line's services, each a user of the domain. */
import type { Clock } from '../clock';
import type { Endpoint } from '../endpoint';
import type { MediaPeerFactory } from '../media-peer';
import { MediaSession } from '../media-session';
import type { SipMessage } from '../sip-message';
import { digitOfInfo, DigitLog, listenForDigits } from './digits';
import { echoCodecs, echoInto } from './echo';
import type { CallListener, ServiceCall } from './service-call';
import { ServiceHost } from './service-host';
import { startTone, toneCodecs } from './tone';

/** Names that no token may claim. */
export const SERVICE_NAMES = ['echo', 'tone', 'busy', 'no-answer', 'decline', 'digits', 'call-me', 'early'] as const;
type ServiceName = (typeof SERVICE_NAMES)[number];

/** How long `call-me` waits before it calls back, and `early` before it answers. ms */
const CALL_BACK_MS = 2_000;
const EARLY_MS = 3_000;

export interface ServicesOptions {
  readonly domain: string;
  readonly clock: Clock;
  readonly media: MediaPeerFactory;
  readonly emit: (from: Endpoint, message: SipMessage) => void;
}

export interface Services {
  readonly endpoint: (user: string) => Endpoint | undefined;
  readonly digits: DigitLog;
  readonly close: () => void;
}

/** Negotiates media for a call that came in, then lets `respond` answer it; 488 when there is nothing in common. */
async function answerWithMedia(
  call: ServiceCall,
  session: MediaSession,
  respond: (sdp: string) => void,
  more: Pick<CallListener, 'onEnd' | 'onInfo'> = {},
): Promise<void> {
  call.listen({
    ...more,
    onOffer: (sdp) => session.answer(sdp),
    onEnd: () => {
      more.onEnd?.();
      session.close();
    },
  });
  const sdp = await session.answer(call.offer);
  if (sdp === null) call.refuse(488);
  else respond(sdp);
}

/** Builds every service. */
export function createServices(options: ServicesOptions): Services {
  const { clock, media } = options;
  const digits = new DigitLog();
  const timers = new Set<() => void>();
  const session = (
    call: () => ServiceCall | null,
    codecs: readonly string[],
    onRtp: ConstructorParameters<typeof MediaSession>[0]['onRtp'],
  ): MediaSession => new MediaSession({ factory: media, clock, codecs, onRtp, onLost: () => call()?.hangUp() });

  const echo = (call: ServiceCall): void => {
    const echoing = session(
      () => call,
      echoCodecs,
      (_, raw) => echoInto(echoing, raw),
    );
    void answerWithMedia(call, echoing, (sdp) => call.accept(sdp));
  };

  const tone = (call: ServiceCall, respond: (sdp: string) => void): void => {
    const speaking = session(
      () => call,
      toneCodecs,
      () => undefined,
    );
    const stop = startTone(speaking, clock);
    void answerWithMedia(call, speaking, respond, { onEnd: stop });
  };

  const later = (ms: number, action: () => void): void => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel);
      action();
    });
    timers.add(cancel);
  };

  const callBack = async (host: ServiceHost, user: string): Promise<void> => {
    let call: ServiceCall | null = null;
    const echoing = session(
      () => call,
      echoCodecs,
      (_, raw) => echoInto(echoing, raw),
    );
    const offer = await echoing.offer();
    if (offer === null) {
      echoing.close();
      return;
    }
    const placed = host.call(user, offer);
    call = placed;
    placed.listen({
      onAnswered: (sdp) => {
        if (!echoing.accept(sdp)) placed.hangUp();
      },
      onOffer: (sdp) => echoing.answer(sdp),
      onEnd: () => echoing.close(),
    });
    placed.place();
  };

  const callMe = (call: ServiceCall, host: ServiceHost): void => {
    const brief = session(
      () => call,
      echoCodecs,
      () => undefined,
    );
    let wasAnswered = false;
    call.listen({
      // RFC 3261 section 15: the callee may send BYE once the ACK has come.
      onEstablished: () => {
        wasAnswered = true;
        call.hangUp();
      },
      onEnd: () => {
        brief.close();
        // A caller who gave up before the answer is not called back.
        if (wasAnswered) later(CALL_BACK_MS, () => void callBack(host, call.peer));
      },
    });
    void brief.answer(call.offer).then((sdp) => (sdp === null ? call.refuse(488) : call.accept(sdp)));
  };

  const behaviours: Readonly<Record<ServiceName, (call: ServiceCall, host: ServiceHost) => void>> = {
    echo,
    tone: (call) => tone(call, (sdp) => call.accept(sdp)),
    busy: (call) => call.refuse(486),
    // The proxy's own time-out ends it with 408, or the caller with CANCEL.
    'no-answer': (call) => call.ring(),
    decline: (call) => call.refuse(603),
    digits: (call) => {
      const log = digits.open(call);
      const reader = listenForDigits(log);
      const hearing = session(
        () => call,
        echoCodecs,
        (packet) => reader(packet, hearing.formats),
      );
      void answerWithMedia(call, hearing, (sdp) => call.accept(sdp), {
        onInfo: (contentType, body) => {
          log.digits += digitOfInfo(contentType, body) ?? '';
        },
      });
    },
    'call-me': callMe,
    early: (call) =>
      tone(call, (sdp) => {
        call.ring(sdp);
        later(EARLY_MS, () => call.accept(sdp));
      }),
  };

  const hosts = new Map<string, ServiceHost>(
    SERVICE_NAMES.map((user) => [
      user,
      new ServiceHost({ user, domain: options.domain, clock, emit: options.emit, onCall: behaviours[user] }),
    ]),
  );
  return {
    endpoint: (user) => hosts.get(user),
    digits,
    close: () => {
      for (const cancel of timers) cancel();
      for (const host of hosts.values()) host.close();
    },
  };
}
