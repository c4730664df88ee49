/** What the window may ask about a line's policy: whether a call may be placed, and who set which rule. */
import type { Handlers } from '../../contracts/ipc/ipc';
import { ok } from '../../contracts/base/result';
import type { NewAuditEntry } from '../audit/audit-log';
import type { ManagedPolicy } from '../policy/managed-policy';
import { decideCall, unknownProfile } from '../policy/policy';
import type { ProfileStore } from '../profiles/profile-store';
import { DEFAULT_POLICY } from '../policy/policy-file';

export interface PolicyHandlerPorts {
  readonly profiles: Pick<ProfileStore, 'find'>;
  /** The profiles without the admin's rules over them. */
  readonly stored: Pick<ProfileStore, 'find'>;
  readonly managed: Pick<ManagedPolicy, 'effective'>;
  /** ISO 3166-1 alpha-2, or ''. */
  readonly country: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly audit: (entry: NewAuditEntry) => void;
}

/** Every refusal of a call is audited with its rule; the number that was dialled is not. */
export function createPolicyHandlers({
  profiles,
  stored,
  managed,
  country,
  now,
  audit,
}: PolicyHandlerPorts): Pick<Handlers, 'calls.authorize' | 'policy.effective'> {
  return {
    'calls.authorize': ({ profileId, target }) => {
      const profile = profiles.find(profileId);
      const { result, rule } =
        profile === null
          ? { result: unknownProfile(profileId), rule: null }
          : decideCall(profile, target, country(), now());
      if (!result.ok)
        audit({
          what: 'refusal',
          profileId,
          purpose: 'call',
          reason: result.failure.reason,
          ...(rule === null ? {} : { rule }),
        });
      return result;
    },
    'policy.effective': ({ profileId, environment }) => {
      const profile = stored.find(profileId);
      if (profile === null && environment === undefined) return unknownProfile(profileId);
      return ok(
        managed.effective({
          id: profileId,
          environment: environment ?? profile?.environment ?? 'production',
          policy: profile?.policy ?? DEFAULT_POLICY,
        }),
      );
    },
  };
}
