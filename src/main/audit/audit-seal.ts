/** Where the key of the log's chain is kept, with how far the chain is known to go. Who keeps it: src/main/secrets/audit-seals.ts. */
import type { KeyObject } from 'node:crypto';
import type { ChainEnd } from './audit-chain';

export interface Seal {
  readonly key: KeyObject;
  /** The newest line that was on disk when the seal was written: no log that ends before it is whole. */
  readonly end: ChainEnd;
}

/** `absent`: there is none, or (a locked keychain says the same) none that is given out now. `withheld`: the keychain does not answer, or holds something else. */
export type FoundSeal =
  | { readonly kind: 'found'; readonly seal: Seal }
  | { readonly kind: 'absent' }
  | { readonly kind: 'withheld'; readonly sentence: string };

export interface SealStore {
  readonly read: () => Promise<FoundSeal>;
  /** Makes a key, and keeps it with the start of a chain. Null: it could not be kept. */
  readonly create: () => Promise<Seal | null>;
  /** False: it could not be kept; the one before still holds. */
  readonly write: (seal: Seal) => Promise<boolean>;
}
