/** Times a call's steps from outside, in any page, by the same means: the finger, the wire and the packets, nothing that the phone says of itself. */
import type { Page } from '@playwright/test';

/** Milliseconds. */
export interface CallTimes {
  /** From the end of the press to the INVITE's handing over to the WebSocket. */
  readonly clickToInvite: number;
  /** From there to the 200. */
  readonly inviteToAnswer: number;
  /** From the end of the press to the first packet of the far end's sound. */
  readonly clickToAudio: number;
}

interface Noted {
  pressed?: number;
  invite?: number;
  answer?: number;
  audio?: number;
}

/** Watches the calls that the page makes from now on. */
export async function watchCalls(page: Page): Promise<void> {
  await page.evaluate(() => {
    const shelf = globalThis as { ringfenceCall?: Noted };
    const now = (): number => performance.now();
    // The last press before the INVITE counts.
    addEventListener(
      'pointerup',
      () => {
        shelf.ringfenceCall = { pressed: now() };
      },
      { capture: true },
    );
    const heard = new WeakSet<WebSocket>();
    // By reflection: below it is called with its socket.
    const send = Reflect.get(WebSocket.prototype, 'send') as (data: unknown) => void;
    WebSocket.prototype.send = function (data: unknown) {
      Reflect.apply(send, this, [data]);
      const noted = shelf.ringfenceCall;
      if (typeof data !== 'string' || !data.startsWith('INVITE ') || noted === undefined || noted.invite !== undefined)
        return;
      noted.invite = now();
      if (heard.has(this)) return;
      heard.add(this);
      this.addEventListener('message', (event: MessageEvent<unknown>) => {
        const call = shelf.ringfenceCall;
        if (
          call?.invite !== undefined &&
          call.answer === undefined &&
          typeof event.data === 'string' &&
          /^SIP\/2\.0 200 /.test(event.data) &&
          /^CSeq: *\d+ INVITE/im.test(event.data)
        )
          call.answer = now();
      });
    };
    const Real = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        const look = (): void => {
          const call = shelf.ringfenceCall;
          if (
            call !== undefined &&
            this.getReceivers().some((receiver) => receiver.getSynchronizationSources().length > 0)
          )
            call.audio = now();
          else if (this.connectionState !== 'closed') setTimeout(look, 4);
        };
        look();
      }
    };
  });
}

/** The times of the newest call, when its sound has come; null before. */
export async function callTimes(page: Page): Promise<CallTimes | null> {
  return await page.evaluate(() => {
    const call = (globalThis as { ringfenceCall?: Noted }).ringfenceCall;
    if (
      call?.pressed === undefined ||
      call.invite === undefined ||
      call.answer === undefined ||
      call.audio === undefined
    )
      return null;
    return {
      clickToInvite: call.invite - call.pressed,
      inviteToAnswer: call.answer - call.invite,
      clickToAudio: call.audio - call.pressed,
    };
  });
}
