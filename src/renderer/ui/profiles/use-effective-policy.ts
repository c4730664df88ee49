/** What holds for a profile now. */
import { useEffect, useState } from 'react';
import type { EffectivePolicy } from '../../../contracts/policy/managed-policy';
import { environment } from '../../../contracts/profile/profile';
import { useStore } from '../../state/use-store';
import { useApp } from '../kit/app-context';

/** Asks main for the policy that a profile has or would have, anew whenever main tells of a change; null until it has answered. */
export function useEffectivePolicy(profileId: string, inEnvironment: string): EffectivePolicy | null {
  const { profiles } = useApp();
  const snapshot = useStore(profiles);
  const [policy, setPolicy] = useState<EffectivePolicy | null>(null);
  useEffect(() => {
    const known = environment.safeParse(inEnvironment);
    if (!known.success) return;
    let late = false;
    void profiles.policyOf(profileId, known.data).then((result) => {
      if (!late && result.ok) setPolicy(result.value);
    });
    return () => {
      late = true;
    };
  }, [profiles, snapshot, profileId, inEnvironment]);
  return policy;
}
