/** Keytar, loaded when it is needed: that may fail (no libsecret). */

/** What we use of it; the tests pass a fake. */
export interface KeychainModule {
  readonly getPassword: (service: string, account: string) => Promise<string | null>;
  readonly setPassword: (service: string, account: string, password: string) => Promise<void>;
  readonly deletePassword: (service: string, account: string) => Promise<boolean>;
  /** Resolves when it can be asked, for one that has to be started first. Never rejects. */
  readonly started?: () => Promise<void>;
}

/** What a process that asks keytar for another one says first: it listens. */
export const LISTENS = { listens: true } as const;

export async function loadKeytar(): Promise<KeychainModule> {
  const loaded: { readonly default: KeychainModule } = await import('keytar');
  return loaded.default;
}
