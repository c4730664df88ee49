/** What the preload script puts on the window: the only way out of this process. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';

declare global {
  interface Window {
    readonly ringfence: RingfenceApi;
  }
}

/** The api of this window. */
export const api: RingfenceApi = window.ringfence;
