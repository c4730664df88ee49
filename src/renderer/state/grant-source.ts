/** Where the phone of one profile gets its grants: main, over IPC. */
import type { RingfenceApi } from '../../contracts/ipc/ipc';
import { ok, type Failure } from '../../contracts/base/result';
import type { GrantSource } from '../phone/port/user-agent';

/** Makes the source. `onFailure` hears why main refused, and null when it grants again. Main renews for as long as somebody listens. */
export function createGrantSource(
  api: RingfenceApi,
  profileId: string,
  onFailure: (failure: Failure | null) => void,
): GrantSource {
  const which = { profileId, purpose: 'sip' } as const;
  let listening = 0;
  return {
    get: async () => {
      const result = await api.invoke('grants.get', which);
      onFailure(result.ok ? null : result.failure);
      if (!result.ok) return result;
      if (result.value.purpose !== 'sip')
        throw new Error(`asked for a grant for SIP, got one for ${result.value.purpose}`);
      return ok(result.value);
    },
    onConnectRefused: (listener) =>
      api.subscribe('grants.failed', ({ profileId: failedId, purpose, failure }) => {
        if (failedId === profileId && purpose === which.purpose) listener(failure);
      }),
    onUpgradeAnswered: (listener) =>
      api.subscribe('gateway.answered', ({ profileId: askedId, purpose, status, failure, saysWhy }) => {
        if (askedId === profileId && purpose === which.purpose) listener({ status, failure, saysWhy });
      }),
    accepted: ({ untriedKey }) => {
      if (untriedKey !== undefined) void api.invoke('grants.accepted', { profileId, key: untriedKey });
    },
    onRenewed: (listener) => {
      const ends = [
        api.subscribe('grants.renewed', (grant) => {
          if (grant.profileId !== profileId || grant.purpose !== which.purpose) return;
          onFailure(null);
          listener(grant);
        }),
        api.subscribe('grants.failed', ({ profileId: failedId, purpose, failure }) => {
          if (failedId === profileId && purpose === which.purpose) onFailure(failure);
        }),
      ];
      listening += 1;
      if (listening === 1) void api.invoke('grants.watch', { ...which, on: true });
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        for (const end of ends) end();
        listening -= 1;
        if (listening === 0) void api.invoke('grants.watch', { ...which, on: false });
      };
    },
  };
}
