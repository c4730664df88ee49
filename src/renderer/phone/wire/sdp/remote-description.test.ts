import { describe, expect, it } from 'vitest';
import { descriptionWith } from '../../../../../test/support/phones/description-parts';
import { ODD_DESCRIPTIONS } from '../../../../../test/support/phones/odd-descriptions';
import { readRemote, type RemoteDescription } from './remote-description';

/** What Chromium is given: each line is of one of these forms, whatever the far end wrote. */
const WRITTEN = [
  /^v=0$/,
  /^o=- 1 1 IN IP4 127\.0\.0\.1$/,
  /^s=-$/,
  /^t=0 0$/,
  /^c=IN IP4 0\.0\.0\.0$/,
  /^m=audio [1-9]\d{0,4} UDP\/TLS\/RTP\/SAVPF( \d{1,3})+$/,
  /^a=(sendrecv|sendonly|recvonly|inactive|rtcp-mux|rtcp-rsize|ice-lite)$/,
  /^a=mid:\S+$/,
  /^a=ice-(ufrag:\S{4,256}|pwd:\S{22,256}|options:[a-z0-9 ]+)$/,
  /^a=fingerprint:sha-\d+ ([0-9A-F]{2}:)+[0-9A-F]{2}$/,
  /^a=setup:(active|passive|actpass)$/,
  /^a=candidate:\S+ 1 (udp|tcp) \d+ \S+ [1-9]\d* typ (host|srflx|prflx|relay)( raddr \S+ rport \d+)?( tcptype \w+)?$/,
  /^a=rtpmap:\d+ (PCMU|PCMA|G722|CN)\/8000$|^a=rtpmap:\d+ (opus\/48000\/2|telephone-event\/\d+)$/,
  /^a=fmtp:\d+ [\w=;,-]+$/,
  /^a=rtcp-fb:\d+ (nack|transport-cc)$/,
  /^a=(max)?ptime:\d{2,3}$/,
  /^a=extmap:\d{1,2}(\/\w+)? \S+$/,
  /^a=msid:\S+( \S+)?$/,
  /^a=ssrc:\d+ (cname|msid):\S.*$/,
];

const read = (sdp: string, kind: 'offer' | 'answer' = 'offer', usual: number | null = null): RemoteDescription => {
  const remote = readRemote(sdp, kind, usual);
  if (typeof remote === 'string') throw new Error(remote);
  return remote;
};

describe('a description of the far end', () => {
  it.each(ODD_DESCRIPTIONS)('$name: $outcome', ({ sdp, outcome }) => {
    const remote = readRemote(sdp, 'offer', null);
    expect(typeof remote === 'string' ? remote : 'sound').toBe(outcome);
    if (typeof remote === 'string') return;
    const lines = remote.write('0').split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines.filter((line) => !WRITTEN.some((form) => form.test(line)))).toEqual([]);
    expect(lines.filter((line) => line.startsWith('m='))).toHaveLength(1);
    // No payload twice, and no line of one that is absent.
    const payloads = (lines.find((line) => line.startsWith('m=')) ?? '').split(' ').slice(3);
    expect(new Set(payloads).size).toBe(payloads.length);
    for (const line of lines) {
      const payload = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
      if (payload !== undefined) expect(payloads).toContain(payload);
    }
    // One line for one stream of theirs, whatever becomes of it.
    expect(remote.slots).toHaveLength(sdp.match(/^\s*m\s*=/gim)?.length ?? 0);
  });

  it.each<[string, Parameters<typeof descriptionWith>[0], string]>([
    ['none', { media: [] }, 'sendrecv'],
    ['of the media', { media: ['a=sendonly'] }, 'sendonly'],
    ['of the session', { session: ['a=sendonly'], media: [] }, 'sendonly'],
    ['of the session, inactive', { session: ['a=inactive'], media: [] }, 'inactive'],
    ['of both: the media counts', { session: ['a=inactive'], media: ['a=sendrecv'] }, 'sendrecv'],
    ['two of the media: the last counts', { media: ['a=sendrecv', 'a=inactive'] }, 'inactive'],
    ['inactive from the start', { media: ['a=inactive'] }, 'inactive'],
    ['in capitals', { media: ['a=SENDONLY'] }, 'sendonly'],
    ['an address of zeros for the session', { connection: 'IN IP4 0.0.0.0' }, 'sendonly'],
    ['an address of zeros for the media', { media: ['c=IN IP4 0.0.0.0', 'a=sendrecv'] }, 'sendonly'],
    ['an address of zeros, IPv6', { connection: 'IN IP6 ::' }, 'sendonly'],
    ['an address of zeros, IPv6 in full', { connection: 'IN IP6 0:0:0:0:0:0:0:0' }, 'sendonly'],
    ['an address of zeros, and no direction', { connection: 'IN IP4 0.0.0.0', media: [] }, 'sendonly'],
    ['an address of zeros that only receives', { connection: 'IN IP4 0.0.0.0', media: ['a=recvonly'] }, 'inactive'],
    [
      'an address of zeros that is sendonly already',
      { connection: 'IN IP4 0.0.0.0', media: ['a=sendonly'] },
      'sendonly',
    ],
    [
      'zeros for the session, an address for the media',
      { connection: 'IN IP4 0.0.0.0', media: ['c=IN IP4 192.0.2.1'] },
      'sendrecv',
    ],
    ['zeros of a browser without candidates yet', { connection: 'IN IP4 0.0.0.0', port: 9 }, 'sendrecv'],
    ['an address that only ends in zeros', { connection: 'IN IP4 10.0.0.0' }, 'sendrecv'],
    ['an address of IPv6', { connection: 'IN IP6 ::1' }, 'sendrecv'],
  ])('goes the way it says: %s', (_, over, direction) => {
    const remote = read(descriptionWith(over));
    expect(remote.direction).toBe(direction);
    expect(remote.write('0').split('\r\n')).toContain(`a=${direction}`);
  });

  it.each<[string, string, 'offer' | 'answer', string]>([
    ['an offer that leaves it open', 'actpass', 'offer', 'actpass'],
    ['an offer that wants to begin', 'active', 'offer', 'active'],
    ['an answer that leaves it open, which it may not', 'actpass', 'answer', 'active'],
    ['an answer that waits', 'passive', 'answer', 'passive'],
    ['an answer of no known kind', 'holdconn', 'answer', 'active'],
  ])('says who begins with DTLS: %s', (_, setup, kind, written) => {
    const sdp = descriptionWith().replace('setup:actpass', `setup:${setup}`);
    expect(read(sdp, kind).write('0')).toContain(`a=setup:${written}\r\n`);
  });

  it('takes the first usable audio, or the one that it was before', () => {
    const two = descriptionWith({ more: descriptionWith().split('\r\n').slice(5, -1) });
    expect(read(two).audio).toBe(0);
    expect(read(two, 'offer', 1).audio).toBe(1);
    expect(read(two, 'offer', 7).audio).toBe(0);
  });
  it('keeps its own mid towards Chromium, and then not the header extension that names theirs', () => {
    const sdp = descriptionWith({ media: ['a=sendrecv', 'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid'] });
    expect(read(sdp).write('0')).toContain('sdes:mid');
    expect(read(sdp).write('audio')).toMatch(/a=mid:audio\r\n(?![\s\S]*sdes:mid)/);
  });
  it('keeps what it understood: codecs in their order, digits, candidates', () => {
    const lines = read(descriptionWith()).write('0').split('\r\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'm=audio 40000 UDP/TLS/RTP/SAVPF 0 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=candidate:1 1 udp 2130706431 127.0.0.1 40000 typ host',
      ]),
    );
  });
});
