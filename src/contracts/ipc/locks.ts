/** The admin lock and the phone lock. */
import { z } from 'zod';
import { adminQuestion, adminState, phoneLockState, typedPassphrase } from '../locks/locks';
import { nothing, type Channel } from './channel';

export const locksChannels = {
  'admin.state': { input: nothing, output: adminState, windows: ['phone', 'unlock'] },
  /** Whether keys and profiles look locked, as far as main knows without asking the keychain: for what a window shows, and for nothing else. */
  'admin.glance': { input: nothing, output: z.object({ locked: z.boolean() }), windows: ['phone'] },
  /** Opens the small window in which the passphrase is typed; answers when it is closed. */
  'admin.ask': { input: z.strictObject({ question: adminQuestion }), output: adminState, windows: ['phone'] },
  /** Locks at once. */
  'admin.lock': { input: nothing, output: adminState, windows: ['phone'] },
  /** Of the small window alone: a phone window that was taken over can neither read a passphrase nor try one. */
  'admin.unlock': { input: z.strictObject({ passphrase: typedPassphrase }), output: adminState, windows: ['unlock'] },
  /** `current` is needed where there is one; `wanted` null removes the lock. */
  'admin.setPassphrase': {
    input: z.strictObject({ current: typedPassphrase.nullable(), wanted: typedPassphrase.nullable() }),
    output: adminState,
    windows: ['unlock'],
  },
  'phone.state': { input: nothing, output: phoneLockState, windows: ['phone'] },
  /** Closes the line and drops its grants: answers at once, `phone.locked` says how it goes on. */
  'phone.lock': { input: nothing, output: phoneLockState, windows: ['phone'] },
  /** Agents have no passphrase here: the person at the window may go on. Refused while the computer's own screen is locked. */
  'phone.unlock': { input: nothing, output: phoneLockState, windows: ['phone'], noted: true },
  /** Locks, forgets the line, and loads the window anew. */
  'phone.signOut': { input: nothing, output: phoneLockState, windows: ['phone'], noted: true },
  /** The window has unregistered and closed its sockets, as `phone.locked` asked. */
  'phone.closed': { input: nothing, output: z.null(), windows: ['phone'] },
} as const satisfies Record<string, Channel>;

export const locksNotifications = {
  'admin.changed': adminState,
  /** The line is closed, or open again: the window closes its sockets, unregistering first, or opens them. */
  'phone.locked': phoneLockState,
} as const satisfies Record<string, z.ZodType>;
