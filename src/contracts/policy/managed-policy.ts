/** The admin's policy file: rules that no form on this computer can change. Where it lies and how it is read: src/main/policy/managed-policy.ts. */
import { z } from 'zod';
import { dialRules, hoursSpan, profilePolicy, setBy, type PolicyRule } from './policy';
import { environment, profileId } from '../profile/profile';

const shape = profilePolicy.shape;
/** One schema for each rule. Strict all the way down: a word that is mistyped is a rule that would not hold. */
export const managedRule = {
  tokenLifeS: shape.tokenLifeS.unwrap(),
  purposes: shape.purposes.unwrap(),
  rate: shape.rate.unwrap().strict(),
  maxCallS: shape.maxCallS.unwrap(),
  maxCalls: shape.maxCalls.unwrap(),
  dial: dialRules.strict(),
  hours: z.array(hoursSpan.strict()).max(14),
  onScreenLock: shape.onScreenLock.unwrap(),
} as const satisfies Record<PolicyRule, z.ZodType>;

/** Some of the rules. */
export const managedRules = z.strictObject(managedRule).partial();
export type ManagedRules = z.infer<typeof managedRules>;

/** A syslog receiver that every line of the audit log is sent to: RFC 5424 over TLS (RFC 5425). */
export const auditExportTarget = z.strictObject({
  /** A host name or an address, as its certificate has it. */
  host: z
    .string()
    .max(253)
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+$/,
      'write a host name or an address',
    ),
  /** RFC 5425 section 4.1. */
  port: z.number().int().min(1).max(65_535).default(6514),
  /** A PEM file on this computer with the authorities that may have issued the receiver's certificate; left out: those that this computer trusts. */
  authorities: z.string().min(1).max(1000).optional(),
});
export type AuditExportTarget = z.infer<typeof auditExportTarget>;

export const managedPolicy = z.strictObject({
  /** So that an editor can check the file while it is written; Ringfence does not read it. */
  $schema: z.string().optional(),
  version: z.literal(1),
  /** `required`: settings that touch keys, profiles and policy can't be changed before an admin passphrase is set. */
  adminLock: z.enum(['optional', 'required']).optional(),
  /** `required`: no token is given out while a line of the audit log can't be written, or can't be chained. */
  audit: z.enum(['optional', 'required']).optional(),
  auditExport: auditExportTarget.optional(),
  /** For every profile. */
  all: managedRules.optional(),
  /** For profiles of an environment; stronger than `all`. */
  environments: z.partialRecord(environment, managedRules).optional(),
  /** For one profile, by its id; stronger than both. */
  profiles: z.record(profileId, managedRules).optional(),
});
export type ManagedPolicy = z.infer<typeof managedPolicy>;

/** What is wrong with the file, and where. */
export const policyProblem = z.object({
  line: z.number().int().positive(),
  column: z.number().int().positive().nullable(),
  sentence: z.string().max(300),
});
export type PolicyProblem = z.infer<typeof policyProblem>;

/** A profile's policy as it holds now, and who set each rule. */
export const effectivePolicy = z.object({
  values: profilePolicy,
  setBy: z.record(profilePolicy.keyof(), setBy),
  /** The admin's file, or null where there is none. */
  file: z.object({ path: z.string().max(1000), problems: z.array(policyProblem).max(20) }).nullable(),
});
export type EffectivePolicy = z.infer<typeof effectivePolicy>;

/** A rule as people call it. */
export const RULE_NAMES: Readonly<Record<PolicyRule, string>> = {
  tokenLifeS: 'Life of a token',
  purposes: 'Purposes',
  rate: 'Rate of tokens',
  maxCallS: 'Longest call',
  maxCalls: 'Calls at a time',
  dial: 'Dial rules',
  hours: 'Hours',
  onScreenLock: 'When the screen locks',
};
