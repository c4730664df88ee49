import type { EffectivePolicy } from '../../../contracts/policy/managed-policy';

/** What is wrong with the admin's policy file, line by line. Nothing while there is nothing to say. */
export function PolicyNotice({ policy }: { readonly policy: EffectivePolicy | null }) {
  const problems = policy?.file?.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <div className="advice" role="note">
      {problems.map(({ line, column, sentence }) => (
        <p key={`${line}:${column ?? 0}:${sentence}`}>{sentence}</p>
      ))}
      <p className="quiet profile-gateway">{policy?.file?.path}</p>
    </div>
  );
}
