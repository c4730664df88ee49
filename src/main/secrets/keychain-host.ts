/** What runs in the keychain's process: calls keytar for main, and nothing else. Small, since it is started for a question and ended after it. */
import type { KeychainCall, KeychainReply } from './keychain-process';
import { LISTENS, loadKeytar } from './keytar';

const answer = async ({
  call,
  args: [service = '', account = '', password = ''],
}: KeychainCall): Promise<string | boolean | null> => {
  const keytar = await loadKeytar();
  switch (call) {
    case 'getPassword':
      return keytar.getPassword(service, account);
    case 'setPassword':
      await keytar.setPassword(service, account, password);
      return null;
    case 'deletePassword':
      return keytar.deletePassword(service, account);
  }
};

// Main alone can post to it.
process.parentPort.on('message', ({ data }: { readonly data: KeychainCall }) => {
  const { id } = data;
  const reply = (message: KeychainReply): void => process.parentPort.postMessage(message);
  answer(data).then(
    (value) => reply({ id, value }),
    // The system's words, which name no secret.
    (cause: unknown) => reply({ id, error: cause instanceof Error ? cause.message : String(cause) }),
  );
});
process.parentPort.postMessage(LISTENS);
