/** Grants, and the rules that hold for a line. */
import { z } from 'zod';
import { failureSchema } from '../base/result-schema';
import { effectivePolicy } from '../policy/managed-policy';
import { purpose } from '../policy/policy';
import { grant } from '../profile/grant';
import { environment, fingerprint, profileId } from '../profile/profile';
import type { Channel } from './channel';

const grantFor = z.strictObject({ profileId, purpose });

export const grantsChannels = {
  /** The broker's one verb: policy -> secret -> provider -> audit. A fresh token for each call of this channel. */
  'grants.get': { input: grantFor, output: grant, windows: ['phone'], line: true },
  /** While watched, main renews this grant ahead of its expiry and sends `grants.renewed`. */
  'grants.watch': { input: grantFor.extend({ on: z.boolean() }), output: z.null(), windows: ['phone'] },
  /** A gateway accepted a token of this untried key: main forgets the key before it. A lie costs the way back, and nothing else. Heard while the phone is being locked, too: what was accepted was. */
  'grants.accepted': {
    input: z.strictObject({ profileId, key: fingerprint }),
    output: z.null(),
    windows: ['phone'],
    noted: true,
  },
  /** What holds for this profile, and who set each rule. With `environment`: as it would hold there, also for a profile that does not exist yet. */
  'policy.effective': {
    input: z.strictObject({ profileId, environment: environment.optional() }),
    output: effectivePolicy,
    windows: ['phone'],
  },
} as const satisfies Record<string, Channel>;

export const grantsNotifications = {
  'grants.renewed': grant,
  'grants.failed': z.object({ profileId, purpose, failure: failureSchema }),
  /** A server answered the upgrade of a connect with this HTTP status, not with a WebSocket: a page learns no more than close code 1006. */
  'gateway.answered': z.object({
    profileId,
    purpose,
    status: z.number().int().min(100).max(999),
    failure: failureSchema,
    /** Of a refused token: the gateway says itself what is wrong with it, and that is not its key. */
    saysWhy: z.literal(true).optional(),
  }),
} as const satisfies Record<string, z.ZodType>;
