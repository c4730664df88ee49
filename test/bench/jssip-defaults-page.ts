/**
 * The page of the phone beside which the app is measured: JsSIP as its documentation uses it, with its own WebSocket, its
 * own getUserMedia in the call, and its own wait for the end of gathering. Nothing but the URL and the ICE servers is chosen.
 */
import * as JsSIP from 'jssip';

/** What the benchmark asks of the page. */
export interface JssipDefaults {
  /** Resolves when registered. `url` carries its token. */
  readonly start: (url: string, uri: string) => Promise<void>;
  /** For the next calls, which a press of the button places. */
  readonly prepare: (target: string, iceServers: RTCIceServer[]) => void;
  readonly hangUp: () => void;
  /** Calls that are not over. */
  readonly calls: () => number;
}

let ua: JsSIP.UA | null = null;
let next: { readonly target: string; readonly iceServers: RTCIceServer[] } | null = null;
let calls = 0;

const page: JssipDefaults = {
  start: (url, uri) =>
    new Promise((resolve, reject) => {
      const started = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri });
      ua = started;
      started.on('registered', () => resolve());
      started.on('registrationFailed', ({ cause }) => reject(new Error(cause)));
      started.start();
    }),
  prepare: (target, iceServers) => {
    next = { target, iceServers };
  },
  hangUp: () => ua?.terminateSessions(),
  calls: () => calls,
};
Object.assign(globalThis, { jssipDefaults: page });

const sound = new Audio();
sound.autoplay = true;
document.querySelector('button')?.addEventListener('click', () => {
  if (ua === null || next === null) return;
  const { target, iceServers } = next;
  const session = ua.call(target, {
    mediaConstraints: { audio: true, video: false },
    ...(iceServers.length === 0 ? {} : { pcConfig: { iceServers } }),
  });
  calls += 1;
  const over = (): void => {
    calls -= 1;
  };
  session.on('ended', over);
  session.on('failed', over);
  session.connection.addEventListener('track', ({ streams: [stream] }) => {
    sound.srcObject = stream ?? null;
  });
});
