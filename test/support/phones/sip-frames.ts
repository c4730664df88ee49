/** The SIP that a window sends and gets over its WebSockets, as the browser sees it. */
import type { Page } from '@playwright/test';

export interface SipFrames {
  /** Every frame of the sockets that were opened since, oldest first; `>` was sent, `<` came in. */
  readonly all: () => readonly string[];
  /** WebSockets that were opened since, and of those the ones that are closed. */
  readonly sockets: () => { readonly opened: number; readonly closed: number };
}

/** Watches from now on; sockets that are open already are not seen. */
export function watchSip(page: Page): SipFrames {
  const frames: string[] = [];
  let opened = 0;
  let closed = 0;
  page.on('websocket', (socket) => {
    opened += 1;
    socket.on('framesent', ({ payload }) => frames.push(`> ${String(payload)}`));
    socket.on('framereceived', ({ payload }) => frames.push(`< ${String(payload)}`));
    socket.on('close', () => {
      closed += 1;
    });
  });
  return { all: () => frames, sockets: () => ({ opened, closed }) };
}

/** A REGISTER that ends the registration (RFC 3261 section 10.2.2). */
export const isUnregister = (frame: string): boolean =>
  /^> REGISTER /.test(frame) && (/\bexpires=0\b/i.test(frame) || /^Expires: 0\r?$/im.test(frame));
