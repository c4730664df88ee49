import { describe, expect, it } from 'vitest';
import { codecs } from '../../../../../test/support/phones/description-parts';
import { writeLocal } from './local-description';
import { readRemote } from './remote-description';

const MAPS: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  8: 'PCMA/8000',
  9: 'G722/8000',
  13: 'CN/8000',
  96: 'telephone-event/16000',
  101: 'telephone-event/8000',
  102: 'telephone-event/8000',
  110: 'telephone-event/48000',
  111: 'opus/48000/2',
};
const saying = (numbers: readonly number[]): string =>
  codecs(numbers.join(' '), ...numbers.map((number) => `a=rtpmap:${number} ${MAPS[number] ?? ''}`));
const mapsIn = (sdp: string): string[] => [...sdp.matchAll(/^a=rtpmap:(.*)\r$/gm)].map(([, value = '']) => value);

describe('digits last as long as they were asked to: one telephone-event with the clock of the codec', () => {
  it.each<[name: string, theirs: readonly number[], left: readonly number[], told: string | null]>([
    ['Opus, at 48,000', [111, 110], [111, 110], '110 telephone-event/48000'],
    ['Opus, at 8,000', [111, 101], [111, 101], '101 telephone-event/48000'],
    ['Opus, at 16,000', [111, 96], [111, 96], '96 telephone-event/48000'],
    ['Opus, at both, the slow one first', [111, 101, 110], [111, 110], '110 telephone-event/48000'],
    ['Opus, at both, the fast one first', [111, 110, 101], [111, 110], '110 telephone-event/48000'],
    ['Opus, twice at 8,000', [111, 101, 102], [111, 101], '101 telephone-event/48000'],
    ['events before the codec', [110, 101, 111], [110, 111], '110 telephone-event/48000'],
    ['G.711, at 8,000', [0, 101], [0, 101], '101 telephone-event/8000'],
    ['G.711, at 48,000', [8, 110], [8, 110], '110 telephone-event/8000'],
    ['G.711, at both', [0, 110, 101], [0, 101], '101 telephone-event/8000'],
    ['G.711 before Opus', [0, 111, 110, 101], [0, 111, 101], '101 telephone-event/8000'],
    ['Opus before G.711', [111, 0, 101, 110], [111, 0, 110], '110 telephone-event/48000'],
    ['G.722, whose clock is 8,000', [9, 110, 101], [9, 101], '101 telephone-event/8000'],
    ['comfort noise first: it is no codec', [13, 111, 101], [13, 111, 101], '101 telephone-event/48000'],
    ['none', [111, 0], [111, 0], null],
  ])('%s', (_, theirs, left, told) => {
    const remote = readRemote(saying(theirs), 'offer', null);
    if (typeof remote === 'string') throw new Error(remote);
    const written = remote.write('0');
    expect(written).toMatch(new RegExp(`^m=audio \\d+ UDP/TLS/RTP/SAVPF ${left.join(' ')}\\r$`, 'm'));
    expect(mapsIn(written).filter((value) => value.includes('telephone-event'))).toEqual(told === null ? [] : [told]);
    // Our answer says it as they did. Chromium's has the payloads of the offer.
    expect(mapsIn(writeLocal(written, remote))).toEqual(left.map((number) => `${number} ${MAPS[number] ?? ''}`));
  });

  it('an offer of ours that follows says it as they did too, and not twice', () => {
    const remote = readRemote(saying([111, 0, 101]), 'offer', null);
    if (typeof remote === 'string') throw new Error(remote);
    // Chromium adds what it has beside what was agreed upon.
    const ours = `${remote
      .write('0')
      .replace(
        /^(m=audio .*)\r$/m,
        '$1 8 126\r',
      )}a=rtpmap:8 PCMA/8000\r\na=rtpmap:126 telephone-event/8000\r\na=fmtp:126 0-15\r\n`;
    const written = writeLocal(ours, remote);
    expect(mapsIn(written)).toEqual(['111 opus/48000/2', '0 PCMU/8000', '101 telephone-event/8000', '8 PCMA/8000']);
    expect(written).toMatch(/SAVPF 111 0 101 8\r\n/);
    expect(written).not.toContain('126');
  });
});
