/** The agent's own preferences; kept by main in one JSON file. */
import { z } from 'zod';
import { CHORD, SHORTCUT_IDS } from './shortcuts';
import { ACTUAL_ZOOM, zoomPercent } from './zoom';

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
  /** How large all windows draw, in percent. */
  zoom: zoomPercent,
  /** The keys of the phone window work at all. */
  shortcutsOn: z.boolean(),
  /** Those that differ from the defaults; a change names all of them. */
  shortcuts: z.partialRecord(z.enum(SHORTCUT_IDS), z.string().max(40).regex(CHORD)),
};

/** All of them. */
export const settings = z.object({
  theme: preference.theme.default('system'),
  doNotDisturb: preference.doNotDisturb.default(false),
  microphoneId: preference.microphoneId.default(null),
  speakerId: preference.speakerId.default(null),
  ringerId: preference.ringerId.default(null),
  guideDone: preference.guideDone.default(false),
  zoom: preference.zoom.default(ACTUAL_ZOOM),
  shortcutsOn: preference.shortcutsOn.default(true),
  shortcuts: preference.shortcuts.default({}),
});
export type Settings = z.infer<typeof settings>;

/** Some of them. (`settings.partial()` would fill in the defaults of all others.) */
export const settingsChange = z.strictObject(preference).partial();
