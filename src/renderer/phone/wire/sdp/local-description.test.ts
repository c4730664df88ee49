import { describe, expect, it } from 'vitest';
import { descriptionWith } from '../../../../../test/support/phones/description-parts';
import { localAudio, writeLocal, type Layout } from './local-description';
import { readRemote } from './remote-description';

const OURS = [
  'v=0',
  'o=- 7 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=audio 50000 UDP/TLS/RTP/SAVPF 0 101',
  'c=IN IP4 192.0.2.9',
  'a=mid:0',
  'a=recvonly',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n');
const VIDEO = ['m=video 40002 UDP/TLS/RTP/SAVPF 96 97', 'a=mid:v', 'a=rtpmap:96 VP8/90000'];
const layoutOf = (sdp: string): Layout => {
  const remote = readRemote(sdp, 'offer', null);
  if (typeof remote === 'string') throw new Error(remote);
  return remote;
};
const media = (sdp: string): string[] => sdp.split('\r\n').filter((line) => /^(m=|a=mid|a=group)/.test(line));
const first = descriptionWith().split('\r\n');

describe('our description', () => {
  it.each<[string, string, string[]]>([
    ['alone', descriptionWith(), ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:0']],
    [
      'beside a fax',
      descriptionWith({ more: ['m=image 40020 udptl t38', 'a=T38FaxVersion:0'] }),
      ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:0', 'm=image 0 udptl t38'],
    ],
    [
      'beside video in a bundle',
      descriptionWith({ session: ['a=group:BUNDLE 0 v'], more: VIDEO }),
      [
        'a=group:BUNDLE 0',
        'm=audio 50000 UDP/TLS/RTP/SAVPF 0 101',
        'a=mid:0',
        'm=video 0 UDP/TLS/RTP/SAVPF 96 97',
        'a=mid:v',
      ],
    ],
    [
      'behind video and before text',
      [...first.slice(0, 5), 'm=video 1 RTP/AVP 96', ...first.slice(5, -1), 'm=text 2 RTP/AVP 98', ''].join('\r\n'),
      ['m=video 0 RTP/AVP 96', 'm=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:0', 'm=text 0 RTP/AVP 98'],
    ],
    [
      'of two audio streams',
      descriptionWith({ more: ['m=audio 40010 RTP/AVP 8 18'] }),
      ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:0', 'm=audio 0 RTP/AVP 8 18'],
    ],
    [
      'under another mid',
      descriptionWith().replace('a=mid:0', 'a=mid:sound'),
      ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:sound'],
    ],
    ['without a mid', descriptionWith().replace('a=mid:0\r\n', ''), ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101']],
    [
      'in their profile',
      descriptionWith().replace('UDP/TLS/RTP/SAVPF', 'RTP/SAVPF'),
      ['m=audio 50000 RTP/SAVPF 0 101', 'a=mid:0'],
    ],
    [
      'beside a line of nothing',
      descriptionWith({ more: ['m='] }),
      ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:0', 'm=audio 0 RTP/AVP 0'],
    ],
    [
      'beside what was rejected before',
      descriptionWith({ more: ['m=video 0 RTP/AVP 31'] }),
      ['m=audio 50000 UDP/TLS/RTP/SAVPF 0 101', 'a=mid:0', 'm=video 0 RTP/AVP 31'],
    ],
  ])('stands in their order: %s', (_, sdp, lines) => {
    const written = writeLocal(OURS, layoutOf(sdp));
    expect(media(written)).toEqual(lines);
    // RFC 8866 section 5.7: an address for each.
    expect(written.match(/^c=/gm)).toHaveLength(written.match(/^m=/gm)?.length ?? 0);
    expect(written.endsWith('\r\n')).toBe(true);
    expect(written).toContain('a=recvonly\r\n');
  });
  it('tells its mid and its direction', () => {
    expect(localAudio(OURS)).toEqual({ mid: '0', direction: 'recvonly' });
    expect(localAudio('v=0\r\n')).toEqual({ mid: null, direction: 'sendrecv' });
  });
});
