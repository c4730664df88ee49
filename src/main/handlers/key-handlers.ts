/** The channels of a line's keys: each answers with fingerprints alone. */
import type { Handlers } from '../../contracts/ipc/ipc';
import type { NoteRefusal } from '../audit/note-refusal';
import type { TakeKey } from '../consent/take-key';
import type { Keys } from '../keys/keys';

export interface KeyPorts {
  readonly keys: Pick<Keys, 'remove' | 'promote' | 'finishRotation' | 'back'>;
  readonly takeKey: TakeKey;
  readonly noteRefusal: NoteRefusal;
}

type KeyChannel =
  | 'keys.pasteFromClipboard'
  | 'keys.loadFromFile'
  | 'keys.generate'
  | 'keys.remove'
  | 'keys.promote'
  | 'keys.finishRotation'
  | 'keys.back';

export function createKeyHandlers({ keys, takeKey, noteRefusal }: KeyPorts): Pick<Handlers, KeyChannel> {
  return {
    'keys.pasteFromClipboard': ({ profileId, slot }) => noteRefusal(profileId, 'key', takeKey.paste(profileId, slot)),
    'keys.loadFromFile': ({ profileId, slot }) => noteRefusal(profileId, 'key', takeKey.load(profileId, slot)),
    'keys.generate': ({ profileId, slot }) => noteRefusal(profileId, 'key', takeKey.generate(profileId, slot)),
    'keys.remove': ({ profileId, slot }) => noteRefusal(profileId, 'key', keys.remove(profileId, slot)),
    'keys.promote': ({ profileId }) => noteRefusal(profileId, 'key', keys.promote(profileId)),
    'keys.finishRotation': ({ profileId }) => noteRefusal(profileId, 'key', keys.finishRotation(profileId)),
    'keys.back': ({ profileId }) => noteRefusal(profileId, 'key', keys.back(profileId)),
  };
}
