/** The agent's own preferences; kept by main in one JSON file. */
import { z } from 'zod';

const deviceId = z.string().max(200).nullable();
/** One schema for each, without what holds before anybody chose: in a change, what is not there stays as it is. */
const preference = {
  theme: z.enum(['system', 'light', 'dark']),
  doNotDisturb: z.boolean(),
  /** Media device ids as the browser names them; null is the system's default. */
  microphoneId: deviceId,
  speakerId: deviceId,
  ringerId: deviceId,
  /** The guide for the first run was finished or skipped, and is not shown by itself any more. */
  guideDone: z.boolean(),
};

/** All of them. */
export const settings = z.object({
  theme: preference.theme.default('system'),
  doNotDisturb: preference.doNotDisturb.default(false),
  microphoneId: preference.microphoneId.default(null),
  speakerId: preference.speakerId.default(null),
  ringerId: preference.ringerId.default(null),
  guideDone: preference.guideDone.default(false),
});
export type Settings = z.infer<typeof settings>;

/** Some of them. (`settings.partial()` would fill in the defaults of all others.) */
export const settingsChange = z.strictObject(preference).partial();
