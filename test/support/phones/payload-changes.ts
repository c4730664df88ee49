/**
 * Two descriptions of a far end within one call, the second of which may give a payload number to another codec: what is to be let go of in between, and
 * what is agreed upon in the end. The unit test puts them through our rule, the end-to-end test through real Chromium.
 */
import { codecs } from './description-parts';

export interface PayloadChange {
  readonly name: string;
  /** Both as far ends write them; several offers before the last one are made one after the other. */
  readonly before: readonly string[];
  readonly offer: string;
  /** Numbers that Chromium has to let go of before it hears the last offer. */
  readonly changed: readonly number[];
  /** `a=rtpmap` values of our answer on the wire. */
  readonly agreed: readonly string[];
}

const OPUS = 'opus/48000/2';
const map = (number: number, mapping: string): string => `a=rtpmap:${number} ${mapping}`;
/** A description with these numbers in this order. */
const saying = (...payloads: readonly (readonly [number: number, mapping: string])[]): string =>
  codecs(payloads.map(([number]) => number).join(' '), ...payloads.map(([number, mapping]) => map(number, mapping)));

const TWINKLE = saying([111, OPUS], [0, 'PCMU/8000'], [110, 'telephone-event/48000']);

export const PAYLOAD_CHANGES: readonly PayloadChange[] = [
  {
    name: 'the same again',
    before: [TWINKLE],
    offer: TWINKLE,
    changed: [],
    agreed: [`111 ${OPUS}`, '0 PCMU/8000', '110 telephone-event/48000'],
  },
  {
    name: "another clock: Twinkle's digits beside G.711 alone",
    before: [TWINKLE],
    offer: saying([0, 'PCMU/8000'], [110, 'telephone-event/8000']),
    changed: [110],
    agreed: ['0 PCMU/8000', '110 telephone-event/8000'],
  },
  {
    name: 'another clock in words, and the same for Chromium',
    before: [saying([111, OPUS], [110, 'telephone-event/48000'])],
    offer: saying([111, OPUS], [110, 'telephone-event/8000']),
    changed: [],
    agreed: [`111 ${OPUS}`, '110 telephone-event/8000'],
  },
  {
    name: 'another codec',
    before: [saying([96, OPUS], [0, 'PCMU/8000'])],
    offer: saying([0, 'PCMU/8000'], [96, 'telephone-event/8000']),
    changed: [96],
    agreed: ['0 PCMU/8000', '96 telephone-event/8000'],
  },
  {
    name: 'another codec, and nothing else was there',
    before: [saying([96, OPUS])],
    offer: saying([97, OPUS], [96, 'telephone-event/48000']),
    changed: [96],
    agreed: [`97 ${OPUS}`, '96 telephone-event/48000'],
  },
  {
    name: 'swapped numbers',
    before: [saying([96, OPUS], [97, 'telephone-event/48000'])],
    offer: saying([97, OPUS], [96, 'telephone-event/48000']),
    changed: [96, 97],
    agreed: [`97 ${OPUS}`, '96 telephone-event/48000'],
  },
  {
    name: 'the same number with other parameters',
    before: [saying([96, OPUS]) + 'a=fmtp:96 useinbandfec=1\r\n'],
    offer: saying([96, OPUS]) + 'a=fmtp:96 useinbandfec=0;stereo=1\r\n',
    changed: [],
    agreed: [`96 ${OPUS}`],
  },
  {
    name: 'a number that comes back as it was',
    before: [saying([96, OPUS], [97, 'telephone-event/48000']), saying([0, 'PCMU/8000'])],
    offer: saying([96, OPUS], [97, 'telephone-event/48000']),
    changed: [],
    agreed: [`96 ${OPUS}`, '97 telephone-event/48000'],
  },
  {
    name: 'a number that comes back as another codec: nobody has it by then',
    before: [saying([96, OPUS], [97, 'telephone-event/48000']), saying([0, 'PCMU/8000'])],
    offer: saying([97, OPUS]),
    changed: [],
    agreed: [`97 ${OPUS}`],
  },
  {
    name: 'changed, and changed back',
    before: [TWINKLE, saying([0, 'PCMU/8000'], [110, 'telephone-event/8000'])],
    offer: TWINKLE,
    changed: [110],
    agreed: [`111 ${OPUS}`, '0 PCMU/8000', '110 telephone-event/48000'],
  },
  {
    name: 'a codec in capitals is the same codec',
    before: [saying([96, OPUS])],
    offer: saying([96, 'OPUS/48000/2']),
    changed: [],
    agreed: [`96 ${OPUS}`],
  },
];
