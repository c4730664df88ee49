/**
 * Tells when this computer's addresses change. Chromium tells a page only that it is online or not, and a WebSocket learns
 * of a cable that was pulled when its peer has not answered for minutes.
 */
import { networkInterfaces } from 'node:os';
import type { Clock } from '../base/clock';

/** How often the addresses are read, ms; reading them takes a tenth of one. */
const EVERY_MS = 250;

/** The addresses by which other computers can be reached, in a fixed order. */
export function reachableAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all
    .filter(({ internal, address }) => !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address)
    .sort();
}

/** Calls `onChanged` after each change; `lost`: an address is gone; `connected`: one is left. Returns the function that ends the watch. */
export function watchNetwork(
  clock: Pick<Clock, 'after'>,
  onChanged: (change: { readonly lost: boolean; readonly connected: boolean }) => void,
  read = reachableAddresses,
): () => void {
  let before = new Set<string>();
  const addresses = (): Set<string> => {
    try {
      return new Set(read());
    } catch {
      // The system may refuse for a moment (uv_interface_addresses has no memory, for one): nothing is known to have changed.
      return before;
    }
  };
  before = addresses();
  let cancel = (): void => undefined;
  const look = (): void => {
    cancel = clock.after(EVERY_MS, look);
    const now = addresses();
    const lost = [...before].some((address) => !now.has(address));
    const changed = lost || now.size !== before.size;
    before = now;
    if (changed) onChanged({ lost, connected: now.size > 0 });
  };
  cancel = clock.after(EVERY_MS, look);
  return () => cancel();
}
