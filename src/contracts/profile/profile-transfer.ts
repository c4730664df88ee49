/** Profiles as a file: what one computer exports and others import. It holds no key, no fingerprint and no instance-id. */
import { z } from 'zod';
import { environment, profile, profileId } from './profile';

/** As many as one computer keeps. */
export const MOST_PROFILES = 1_000;

export const profilesFile = z.strictObject({
  /** So that an editor can check the file while it is written; Ringfence does not read it. */
  $schema: z.string().max(500).optional(),
  format: z.literal('ringfence-profiles'),
  version: z.literal(1),
  profiles: z.array(profile).max(MOST_PROFILES),
});
export type ProfilesFile = z.infer<typeof profilesFile>;

/** One value of a profile, before and after; null: it is not there. */
export const fieldChange = z.object({
  path: z.string().max(200),
  before: z.string().max(400).nullable(),
  after: z.string().max(400).nullable(),
});
export type FieldChange = z.infer<typeof fieldChange>;

export const importEntry = z.object({
  profileId,
  name: z.string().max(60),
  environment,
  /** `refused`: it would not be kept; `reason` says why. */
  change: z.enum(['added', 'changed', 'unchanged', 'refused']),
  reason: z.string().max(300).nullable(),
  fields: z.array(fieldChange).max(100),
});
export type ImportEntry = z.infer<typeof importEntry>;

/** What an import would do. Nothing is changed before its ticket is handed in. */
export const importPreview = z.object({
  /** For this very content, once. */
  ticket: z.uuid(),
  /** The file's name without its folder. */
  file: z.string().max(255),
  entries: z.array(importEntry).max(MOST_PROFILES),
});
export type ImportPreview = z.infer<typeof importPreview>;

export const importDone = z.object({ added: z.number().int().nonnegative(), changed: z.number().int().nonnegative() });
export const exportDone = z.object({ file: z.string().max(255), count: z.number().int().nonnegative() });
