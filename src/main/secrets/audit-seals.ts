/** The seal of the audit log's chain in the keychain: one entry with the key, the number of the newest line and its MAC, so that none of them is ever there without the others. */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { CHAIN_START } from '../audit/audit-chain';
import type { Seal, SealStore } from '../audit/audit-seal';
import type { Clock } from '../base/clock';
import type { Result } from '../../contracts/base/result';
import { Secret } from './secret';
import type { SecretStore } from './secret-store';

const KEY_BYTES = 32;
const WAIT_MS = 2_000;
/** A version, the key, the count, the last MAC (empty before the first line). */
const WRITTEN = /^1\.([\w-]{43})\.(\d{1,15})\.([\w-]{22})?$/;

const keyText = (key: KeyObject): string => key.export().toString('base64url');
const secretOf = ({ key, end }: Seal): Result<Secret> => Secret.fromText(`1.${keyText(key)}.${end.n}.${end.mac}`);

/** `account` is asked for when it is needed: a command learns the installation's id after it has opened its log. */
export function createAuditSeals(
  keychain: SecretStore,
  account: () => Promise<string>,
  clock: Pick<Clock, 'after'>,
): SealStore {
  /** Neither the log nor the end of the program waits for a person: a seal that is kept later is the newer one, and holds. */
  const write = async (seal: Seal): Promise<boolean> => {
    const secret = secretOf(seal);
    if (!secret.ok) return false;
    const written = keychain.write(await account(), secret.value);
    let cancel = (): void => undefined;
    const late = new Promise<false>((resolve) => {
      cancel = clock.after(WAIT_MS, () => resolve(false));
    });
    const kept = await Promise.race([written.then(({ ok }) => ok), late]);
    cancel();
    return kept;
  };
  return {
    read: async () => {
      const read = await keychain.readQuietly(await account());
      if (!read.ok) return { kind: 'withheld', sentence: read.failure.sentence };
      if (read.value === null) return { kind: 'absent' };
      const [, key, count, mac = ''] =
        WRITTEN.exec(read.value.use((bytes) => Buffer.from(bytes).toString('utf8'))) ?? [];
      return key === undefined
        ? { kind: 'withheld', sentence: "The keychain's entry of the audit log is none that Ringfence wrote." }
        : {
            kind: 'found',
            seal: { key: createSecretKey(Buffer.from(key, 'base64url')), end: { n: Number(count), mac } },
          };
    },
    create: async () => {
      const seal: Seal = { key: createSecretKey(randomBytes(KEY_BYTES)), end: CHAIN_START };
      return (await write(seal)) ? seal : null;
    },
    write,
  };
}

/** The entry's name; no profile's key has it. */
export const auditAccount = (installId: string): string => `${installId}/audit-log`;
