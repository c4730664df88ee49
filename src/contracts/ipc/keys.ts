/** The keys of a line. No channel carries one. */
import { z } from 'zod';
import { keySlot, keyStatus, profileId } from '../profile/profile';
import type { Channel } from './channel';

const slotOf = z.strictObject({ profileId, slot: keySlot });

export const keysChannels = {
  /** Main reads the clipboard, clears it, keeps the key; answers with fingerprints only. */
  'keys.pasteFromClipboard': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  /** Main shows the native file dialog. */
  'keys.loadFromFile': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  'keys.generate': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  /** Main shows the half of a private key that its gateway verifies with, in a box of the system, and copies it from there; no window draws it. Answers when the box is closed. */
  'keys.publicKey': { input: slotOf, output: z.null(), windows: ['phone'] },
  'keys.remove': { input: slotOf, output: keyStatus, windows: ['phone'], admin: true, noted: true },
  /** Next becomes active. */
  'keys.promote': {
    input: z.strictObject({ profileId }),
    output: keyStatus,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
  /** The retired key was removed from the gateway: nothing is left to do. */
  'keys.finishRotation': {
    input: z.strictObject({ profileId }),
    output: keyStatus,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
  /** The key before the last promotion becomes active again, and the promoted one the next. Fails where that key was accepted already. */
  'keys.back': {
    input: z.strictObject({ profileId }),
    output: keyStatus,
    windows: ['phone'],
    admin: true,
    noted: true,
  },
} as const satisfies Record<string, Channel>;
